using System.Text.Json;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>GPU figures by name: <c>LT2.Eval.Benchmarks cuda-training cuda-decode … [--first] [--json FILE]</c>. Each figure is one JSON line on stdout and in the file; <c>--first</c> ends each mode after its first.</summary>
internal static class CudaBenchmarks
{
    static readonly (string Name, Func<ComputeDevice, IEnumerable<CudaFigure>> Run)[] Modes =
    [
        ("cuda-limits", DeviceLimits.Measure),
        ("cuda-training", device => TrainingStepBenchmark.Measure(device, TrainingStepBenchmark.Small)),
        ("cuda-training-language", device => TrainingStepBenchmark.Measure(device, TrainingStepBenchmark.Language)),
        ("cuda-training-gdn", device => TrainingStepBenchmark.Measure(device, TrainingStepBenchmark.SmallGatedDeltaNet)),
        ("cuda-operators", OperatorBenchmark.Measure),
        ("cuda-prefill", InferenceBenchmark.Prefill),
        ("cuda-prefill-sparse", InferenceBenchmark.SparsePrefill),
        ("cuda-decode", DecodeBenchmark.Headline),
        ("cuda-decode-mixers", DecodeBenchmark.EveryMixer),
        ("cuda-decode-kernels", DecodeKernelBenchmark.Measure),
    ];

    internal static int Run(string[] arguments)
    {
        var file = arguments.SkipWhile(argument => argument != "--json").Skip(1).FirstOrDefault();
        var first = arguments.Contains("--first");
        var wanted = arguments.TakeWhile(argument => argument != "--json").Where(argument => argument != "--first").ToArray();
        if (wanted.Length == 0 || wanted.Except(Modes.Select(mode => mode.Name)).FirstOrDefault() is not null)
        {
            Console.Error.WriteLine($"Usage: LT2.Eval.Benchmarks MODE… [--first] [--json FILE], where MODE is one of {string.Join(", ", Modes.Select(mode => mode.Name))}.");
            return 2;
        }
        var device = ComputeDevice.Resolve("cuda");
        var host = CudaDeviceFacts.Of(0).Name;
        foreach (var mode in Modes.Where(mode => wanted.Contains(mode.Name)))
            foreach (var figure in mode.Run(device).Take(first ? 1 : int.MaxValue))
            {
                var line = JsonSerializer.Serialize(figure with { Gpu = host });
                Console.WriteLine(line);
                if (file is not null) File.AppendAllText(file, line + "\n");
            }
        return 0;
    }
}
