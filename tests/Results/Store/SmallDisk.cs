using System.Diagnostics;

namespace LT2.Eval.Results.Tests.Store;

/// <summary>A small file system of its own in memory; needs root, so tests are skipped with that reason elsewhere.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly bool _isMounted;

    public SmallDisk(int kibibytes)
    {
        _isMounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", _folder.Path);
        if (!_isMounted)
        {
            _folder.Dispose();
            Assert.Skip("Mounting a small tmpfs needs root on Linux.");
        }
    }

    public string File(string name) => _folder.File(name);

    public string Path => _folder.Path;

    public void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", _folder.Path));

    public void Dispose()
    {
        if (_isMounted && Run("umount", _folder.Path))
            _folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
