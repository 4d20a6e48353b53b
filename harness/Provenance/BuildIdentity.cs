using System.Reflection;
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
            StableHash.Short(string.Join('\n', rooms.Select(room => room.ManifestModule.ModuleVersionId))),
            parts[0],
            parts.Length > 1 ? parts[1] : null,
            bool.TryParse(dirty, out var value) ? value : null);
    }
}
