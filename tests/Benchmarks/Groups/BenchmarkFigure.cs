using System.Text.Encodings.Web;
using System.Text.Json;
using BenchmarkDotNet.Reports;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>One benchmark as a record of its own: what ran, how long it took, and on what.</summary>
/// <param name="Group">Group.</param>
/// <param name="Benchmark">Class and method.</param>
/// <param name="Parameters">Parameter to value.</param>
/// <param name="MedianMicroseconds">Median of the iterations, for one operation.</param>
/// <param name="MeanMicroseconds">Their mean, outliers left out.</param>
/// <param name="StandardErrorMicroseconds">Of the mean.</param>
/// <param name="Iterations">Iterations behind them.</param>
/// <param name="AllocatedManagedBytes">Managed bytes an operation; null where they were not counted. Tensors are not among them.</param>
/// <param name="Device">cpu or cuda:N.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Environment">Build, host and libraries.</param>
internal sealed record BenchmarkFigure(
    string Group, string Benchmark, IReadOnlyDictionary<string, string> Parameters, double MedianMicroseconds, double MeanMicroseconds, double StandardErrorMicroseconds,
    int Iterations, long? AllocatedManagedBytes, string Device, string Dtype, IReadOnlyDictionary<string, string> Environment)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static BenchmarkFigure Of(string group, BenchmarkReport report)
    {
        var statistics = report.ResultStatistics!;
        var benchmark = report.BenchmarkCase;
        return new(
            group,
            $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}",
            benchmark.Parameters.Items.ToDictionary(item => item.Name, item => item.ToDisplayText()),
            Math.Round(statistics.Median / 1e3, 3),
            Math.Round(statistics.Mean / 1e3, 3),
            Math.Round(statistics.StandardError / 1e3, 3),
            statistics.N,
            report.GcStats.GetBytesAllocatedPerOperation(benchmark),
            BenchmarkDevice.Current.Name,
            BenchmarkDevice.ElementType == TorchSharp.torch.ScalarType.BFloat16 ? "bfloat16" : "float32",
            Surroundings());
    }

    internal string ToJson() => JsonSerializer.Serialize(this, Options);

    // Paths of the host say nothing about a figure; what else it was doing does.
    private static Dictionary<string, string> Surroundings() => HostDescription.Describe().Concat(TorchRuntime.Describe())
        .Where(entry => !new EnvironmentEntry(entry.Item1, entry.Item2).IsPathOfHost)
        .Append(("now.loadAverage", File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown"))
        .Append(("program.commit", BuildIdentity.Current.Commit ?? "unknown")).Append(("program.dirty", BuildIdentity.Current.IsDirty?.ToString() ?? "unknown"))
        .ToDictionary(entry => entry.Item1, entry => entry.Item2);
}
