using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Data.Conversion;

namespace LT2.Eval.Tasks.Tests.Data;

public sealed class DatasetInstallerTests
{
    private const string Content = "a small text\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_given_npm_archive_is_unpacked_verified_and_described()
    {
        using var temporary = new TemporaryFolder();
        var installer = new DatasetInstaller(new DataFolder(Path.Combine(temporary.Path, "data")));

        var folder = await installer.GetAsync(Definition(Digest(Content)), [CreateArchive(temporary)], null, Cancellation);

        Assert.Equal(Content, await File.ReadAllTextAsync(Path.Combine(folder, "text.txt"), Cancellation));
        var manifest = DatasetManifest.Read(folder)!;
        Assert.Equal("small 1.0.0", manifest.Revision);
        Assert.Equal(Digest(Content), manifest.Files["text.txt"].Sha256);
    }

    [Fact]
    public async Task Content_with_another_digest_is_refused_and_what_was_there_stays()
    {
        using var temporary = new TemporaryFolder();
        var data = Path.Combine(temporary.Path, "data");
        var old = temporary.Write("data/small/text.txt", "what was there");

        var problem = await Assert.ThrowsAsync<TaskException>(() => new DatasetInstaller(new DataFolder(data))
            .GetAsync(Definition(new string('0', 64)), [CreateArchive(temporary)], null, Cancellation));

        Assert.Contains(Digest(Content), problem.Message);
        Assert.Equal("what was there", await File.ReadAllTextAsync(old, Cancellation));
        Assert.Equal([Path.Combine(data, "small")], Directory.GetFileSystemEntries(data));
    }

    [Fact]
    public async Task A_truncated_archive_is_refused_and_leaves_nothing()
    {
        using var temporary = new TemporaryFolder();
        var data = Path.Combine(temporary.Path, "data");
        var archive = CreateArchive(temporary);
        var bytes = await File.ReadAllBytesAsync(archive, Cancellation);
        await File.WriteAllBytesAsync(archive, bytes[..(bytes.Length / 2)], Cancellation);

        await Assert.ThrowsAsync<TaskException>(() =>
            new DatasetInstaller(new DataFolder(data)).GetAsync(Definition(Digest(Content)), [archive], null, Cancellation));
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task A_package_file_that_does_not_exist_is_named()
    {
        using var temporary = new TemporaryFolder();
        var problem = await Assert.ThrowsAsync<TaskException>(() =>
            new DatasetInstaller(new DataFolder(temporary.Path)).GetAsync("austen", ["/no/such.deb", "/no/other.zip"], null, Cancellation));
        Assert.Contains("'/no/such.deb', which does not exist", problem.Message);
        Assert.Contains("'/no/other.zip'; a Debian package", problem.Message);
    }

    [Fact]
    public async Task A_given_Debian_package_is_unpacked_converted_and_its_version_recorded()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg-deb"), "Debian's dpkg-deb builds and unpacks the package of this test.");
        using var temporary = new TemporaryFolder();
        temporary.Write("tree/DEBIAN/control", "Package: small-text\nVersion: 1.2-3\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n");
        temporary.Write("tree/usr/share/small/text.txt", Content);
        var package = Path.Combine(temporary.Path, "small.deb");
        var built = await ExternalProgram.RunAsync("dpkg-deb", ["-b", Path.Combine(temporary.Path, "tree"), package], temporary.Path, new Dictionary<string, string>(), string.Empty, Cancellation);
        Assert.Equal(0, built.ExitCode);
        var definition = new DatasetDefinition(
            "small", "A small text", "public domain", new DebianSource("small-text"), [new DatasetFile("text.txt", Digest(Content))], FileCopies.Of("usr/share/small/text.txt"));

        var folder = await new DatasetInstaller(new DataFolder(Path.Combine(temporary.Path, "data"))).GetAsync(definition, [package], null, Cancellation);

        Assert.Equal(Content, await File.ReadAllTextAsync(Path.Combine(folder, "text.txt"), Cancellation));
        Assert.Equal("small-text 1.2-3", DatasetManifest.Read(folder)!.Revision);
    }

    [Fact]
    public async Task Another_package_than_the_right_one_is_refused()
    {
        using var temporary = new TemporaryFolder();
        var definition = Definition(null) with { ConvertAsync = AustenNovels.ConvertAsync };
        var problem = await Assert.ThrowsAsync<TaskException>(() =>
            new DatasetInstaller(new DataFolder(Path.Combine(temporary.Path, "data"))).GetAsync(definition, [CreateArchive(temporary)], null, Cancellation));
        Assert.Contains("does not hold what is expected", problem.Message);
    }

    [Fact]
    public async Task Getting_a_data_set_again_replaces_it()
    {
        using var temporary = new TemporaryFolder();
        var data = Path.Combine(temporary.Path, "data");
        temporary.Write("data/small/stale.txt", "old");
        var folder = await new DatasetInstaller(new DataFolder(data)).GetAsync(Definition(Digest(Content)), [CreateArchive(temporary)], null, Cancellation);
        Assert.False(File.Exists(Path.Combine(folder, "stale.txt")));
        Assert.Single(Directory.GetFileSystemEntries(data));
    }

    [Fact]
    public async Task What_was_there_comes_back_when_the_new_content_cannot_be_moved_in()
    {
        using var temporary = new TemporaryFolder();
        var old = temporary.Write("data/small/text.txt", "old");
        var data = Path.Combine(temporary.Path, "data");

        // Staged content that is gone when it should move in stands for a disk that fails between the two moves.
        var problem = await Assert.ThrowsAsync<TaskException>(() => DatasetInstaller.InstallAsync(
            Path.Combine(data, "small"),
            (staging, _) =>
            {
                Directory.Delete(staging);
                return Task.CompletedTask;
            },
            Cancellation));

        Assert.Contains("Nothing was changed", problem.Message);
        Assert.Equal("old", await File.ReadAllTextAsync(old, Cancellation));
        Assert.Single(Directory.GetFileSystemEntries(data));
    }

    [Fact]
    public async Task A_damaged_Debian_package_is_refused()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg-deb"), "Debian's dpkg-deb unpacks packages.");
        using var temporary = new TemporaryFolder();
        var package = temporary.Write("austen.deb", "no archive");
        var problem = await Assert.ThrowsAsync<TaskException>(() =>
            new DatasetInstaller(new DataFolder(Path.Combine(temporary.Path, "data"))).GetAsync("austen", [package], null, Cancellation));
        Assert.Contains("could not be unpacked", problem.Message);
    }

    [Fact]
    public async Task An_unknown_id_names_the_nearest_one()
    {
        using var temporary = new TemporaryFolder();
        var problem = await Assert.ThrowsAsync<TaskException>(() =>
            new DatasetInstaller(new DataFolder(temporary.Path)).GetAsync("austin", null, null, Cancellation));
        Assert.Contains("Did you mean 'austen'?", problem.Message);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_named()
    {
        using var temporary = new TemporaryFolder();
        var file = temporary.Write("not-a-folder", string.Empty);
        var problem = await Assert.ThrowsAsync<TaskException>(() =>
            new DatasetInstaller(new DataFolder(file)).GetAsync(Definition(null), [CreateArchive(temporary)], null, Cancellation));
        Assert.Contains("--data", problem.Message);
    }

    [Fact]
    public async Task A_program_that_is_not_installed_is_named_with_what_to_do()
    {
        var problem = await Assert.ThrowsAsync<TaskException>(() => ExternalProgram.RunAsync(
            "lt2-no-such-program", [], "/", new Dictionary<string, string>(), "Install it or use --from.", Cancellation));
        Assert.Equal("The program 'lt2-no-such-program' could not be started. Install it or use --from.", problem.Message);
    }

    private static DatasetDefinition Definition(string? digest) => new(
        "small", "A small text", "public domain", new NpmSource("small", "1.0.0"), [new DatasetFile("text.txt", digest)], FileCopies.Of("package/text.txt"));

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string CreateArchive(TemporaryFolder temporary)
    {
        var path = Path.Combine(temporary.Path, "small-1.0.0.tgz");
        using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        using var writer = new TarWriter(packed);
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/text.txt") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Content)) });
        return path;
    }
}
