using LT2.Eval.Models;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Harness.Provenance;

/// <summary>What <c>lt2 doctor</c> found. A device or a libtorch that does not work is a finding, not an error.</summary>
/// <param name="Device">The device as it was resolved; as it was asked for where that failed.</param>
/// <param name="Environment">Versions, host, settings.</param>
/// <param name="Checks">What was tried.</param>
public sealed record Examination(string Device, IReadOnlyList<(string Name, string Value)> Environment, IReadOnlyList<DeviceCheck> Checks)
{
    /// <summary>Whether everything required works.</summary>
    public bool IsUsable => Checks.All(check => check.Passed || !check.Required);

    /// <summary>Examines a device.</summary>
    /// <param name="deviceName">auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="ModelException">A word that names no device.</exception>
    public static Examination Of(string deviceName)
    {
        var build = BuildIdentity.Current;
        var entries = new List<(string Name, string Value)>
        {
            ("program.version", build.Version),
            ("program.build", build.BuildId),
            ("program.commit", $"{build.Commit ?? "unknown"}{(build.IsDirty == true ? ", with uncommitted changes" : "")}"),
            ("program.folder", AppContext.BaseDirectory),
        };
        entries.AddRange(HostDescription.Describe());
        entries.AddRange(HostDescription.Now());
        try
        {
            TorchRuntime.EnsureLoaded();
        }
        catch (ModelException error)
        {
            return new Examination(deviceName, entries,
            [
                new("libtorch", false, true, string.Join(" ", error.Problems).ReplaceLineEndings(" "), "nothing that needs a model works; list, validate, results, compare, report and export do",
                    $"take the build with libtorch, or point {NativeLibraries.FolderVariable} or LD_LIBRARY_PATH at the folder torch/lib of a PyTorch install"),
            ]);
        }

        entries.AddRange(TorchRuntime.Describe());
        if (deviceName.StartsWith("cuda", StringComparison.Ordinal) && CudaProbe.Absence(required: true) is { } absence)
        {
            return new Examination(deviceName, entries, [absence, .. DeviceChecks.Run(ComputeDevice.Cpu)]);
        }

        var device = ComputeDevice.Resolve(deviceName);
        return new Examination(device.Name, entries, [.. DeviceChecks.Run(device), .. CudaChecks.Run(device)]);
    }
}
