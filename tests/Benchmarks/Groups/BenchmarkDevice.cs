using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>Where the benchmarks run. BenchmarkDotNet makes their objects itself, so the command line reaches them through the environment.</summary>
internal static class BenchmarkDevice
{
    internal const string Variable = "LT2_BENCHMARK_DEVICE";
    internal const string TypeVariable = "LT2_BENCHMARK_DTYPE";

    internal static ComputeDevice Current => ComputeDevice.Resolve(Environment.GetEnvironmentVariable(Variable) ?? "cpu");

    internal static ScalarType ElementType => Environment.GetEnvironmentVariable(TypeVariable) == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;
}
