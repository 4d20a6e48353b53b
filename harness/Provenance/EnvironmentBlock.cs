using System.Globalization;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Provenance;

/// <summary>Everything about machine, program and settings that may move a number.</summary>
public static class EnvironmentBlock
{
    /// <summary>Collects the entries of a run.</summary>
    public static IReadOnlyList<EnvironmentEntry> Collect(ComputeDevice device, string dtype, int threadCount, int workerCount)
    {
        var build = BuildIdentity.Current;
        IEnumerable<(string Name, string Value)> entries =
        [
            ("program.version", build.Version),
            ("program.build", build.BuildId),
            ("program.commit", build.Commit ?? "unknown"),
            ("program.dirty", build.IsDirty?.ToString() ?? "unknown"),
            .. HostDescription.Describe(),
            .. TorchRuntime.Describe(),
            ("settings.device", device.Name),
            ("settings.dtype", dtype),
            ("settings.precision", Execution.Dtypes.Describe(dtype)),
            ("settings.threads", threadCount.ToString(CultureInfo.InvariantCulture)),
            ("settings.memoryLimitBytes", MemoryLimit.CurrentBytes()?.ToString(CultureInfo.InvariantCulture) ?? "none"),
            ("settings.workers", workerCount.ToString(CultureInfo.InvariantCulture)),
        ];
        return [.. entries.Select(entry => new EnvironmentEntry(entry.Name, entry.Value))];
    }
}
