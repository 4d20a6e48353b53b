using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Provenance;

/// <summary>Which build of the program this is.</summary>
/// <param name="BuildId">Hash over the module version ids of the program's five assemblies; deterministic builds of one source share it.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Commit">Git commit it was built from; null outside a repository.</param>
/// <param name="IsDirty">The tree had uncommitted changes; null outside a repository.</param>
public sealed record BuildIdentity(string BuildId, string Version, string? Commit, bool? IsDirty)
{
    /// <summary>The running build.</summary>
    public static BuildIdentity Current { get; } = Read();

    /// <summary>Id of the program in a folder, read from its files without running it; null where they are not those of this program.</summary>
    public static string? OfFolder(string folder)
    {
        try
        {
            return Id(((string[])["lt2", "LT2.Eval.Tasks", "LT2.Eval.Models", "LT2.Eval.Results", "LT2.Eval.Reports"]).Select(name =>
            {
                using var file = new PEReader(File.OpenRead(Path.Combine(folder, name + ".dll")));
                var metadata = file.GetMetadataReader();
                return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
            }));
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Id(IEnumerable<Guid> modules) => StableHash.Short(string.Join('\n', modules));

    private static BuildIdentity Read()
    {
        Assembly[] rooms =
        [
            typeof(BuildIdentity).Assembly,
            typeof(Tasks.Contracts.ISuite).Assembly,
            typeof(Models.ModelException).Assembly,
            typeof(Results.Records.RunRecord).Assembly,
            typeof(Reports.ReportSite).Assembly,
        ];
        var own = rooms[0];
        var informational = own.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var parts = informational.Split('+', 2);
        var dirty = own.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(item => item.Key == "TreeIsDirty")?.Value;
        return new BuildIdentity(
            Id(rooms.Select(room => room.ManifestModule.ModuleVersionId)),
            parts[0],
            parts.Length > 1 ? parts[1] : null,
            bool.TryParse(dirty, out var value) ? value : null);
    }
}
