using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>Prefill of 20 layers x 4 loops of width 2048, 16 heads, SwiGLU 5632, full attention, bfloat16.</summary>
internal static class InferenceBenchmark
{
    const int Loops = 4;

    static LoopedModel Model(ComputeDevice device, int length) =>
        BenchmarkModels.Create(BenchmarkModels.Define("looped-full", 2048, 20, Loops, 16, 5632, 256, length), device);

    internal static IEnumerable<CudaFigure> Prefill(ComputeDevice device)
    {
        using var model = Model(device, 4096);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var length in (int[])[1024, 4096])
        {
            var ids = randint(256, [1, length], dtype: ScalarType.Int64, device: device.TorchDevice);
            void Once()
            {
                using var inner = NewDisposeScope();
                model.ForwardHidden(ids, [Loops]);
            }
            var name = $"prefill, d 2048, 20 layers x {Loops} loops, batch 1, length {length}";
            yield return CudaTimer.Time(name, "eager, fused kernels", Once, repetitions: 2, blocks: 7);
            using var graph = CudaGraph.Capture(device, Once);
            var figure = CudaTimer.Time(name, "graph, fused kernels", graph.Replay, repetitions: 3, blocks: 7);
            var flops = 2.0 * length * 20 * Loops * (4.0 * 2048 * 2048 + 3.0 * 2048 * 5632);
            yield return figure with { Values = new Dictionary<string, double> { ["productTeraflopsPerSecond"] = flops / figure.MedianMilliseconds / 1e9 } };
        }
    }
}
