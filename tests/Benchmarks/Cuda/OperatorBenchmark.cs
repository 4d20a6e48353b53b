using LT2.Eval.Harness.Timing.Operators;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>Recurrent operators by themselves, bfloat16, replayed as a graph: forward, and forward with all gradients.</summary>
internal static class OperatorBenchmark
{
    static readonly (string Operator, OperatorShape Shape, bool Backward)[] Cases =
    [
        ("gdn", new(1, 4096, 16, 16, 128, 128), false),
        ("gdn", new(1, 16384, 16, 16, 128, 128), false),
        ("gdn", new(1, 65536, 16, 16, 128, 128), false),
        ("gdn", new(1, 16384, 16, 16, 128, 128), true),
        ("gdn", new(8, 2048, 16, 16, 128, 128), true),
        ("gdn", new(1, 16384, 16, 16, 96, 192), true),
        ("gdn", new(64, 256, 4, 4, 24, 48), false),
        ("gdn", new(64, 256, 4, 4, 24, 48), true),
        ("deltanet", new(1, 16384, 16, 16, 128, 128), true),
        ("kda", new(1, 4096, 16, 16, 128, 128), false),
        ("kda", new(1, 16384, 16, 16, 128, 128), false),
        ("kda", new(1, 65536, 16, 16, 128, 128), false),
        ("kda", new(1, 16384, 16, 16, 128, 128), true),
        ("gla", new(1, 16384, 4, 4, 256, 512), false),
        ("gla", new(1, 16384, 4, 4, 256, 512), true),
        ("hgrn2", new(1, 16384, 16, 16, 128, 128), false),
        ("hgrn2", new(1, 16384, 16, 16, 128, 128), true),
        ("linear_attn", new(1, 16384, 16, 16, 128, 128), false),
        ("linear_attn", new(1, 16384, 16, 16, 128, 128), true),
    ];

    internal static IEnumerable<CudaFigure> Measure(ComputeDevice device)
    {
        foreach (var (name, shape, backward) in Cases)
        {
            using var scope = NewDisposeScope();
            var timed = TimedOperator.All.First(op => op.Name == name);
            Tensor Draw(params long[] sizes) => randn(sizes, ScalarType.Float32, device.TorchDevice);
            Tensor Leaf(Tensor x) => x.detach().requires_grad_(backward);
            var q = Leaf(Normalisation.L2(Draw(shape.Batch, shape.Length, shape.KeyHeads, shape.KeyWidth)).to(ScalarType.BFloat16));
            var k = Leaf(Normalisation.L2(Draw(shape.Batch, shape.Length, shape.KeyHeads, shape.KeyWidth)).to(ScalarType.BFloat16));
            var v = Leaf(Draw(shape.Batch, shape.Length, shape.ValueHeads, shape.ValueWidth).to(ScalarType.BFloat16));
            var beta = Leaf(Draw(shape.Batch, shape.Length, shape.ValueHeads).sigmoid());
            long[] decays = timed.Decay == TimedOperator.DecayKind.Vector
                ? [shape.Batch, shape.Length, shape.ValueHeads, shape.KeyWidth] : [shape.Batch, shape.Length, shape.ValueHeads];
            var g = Leaf(DecayGates.LogSigmoid(Draw(decays)).mul(0.1));
            var upstream = Draw(shape.Batch, shape.Length, shape.ValueHeads, shape.ValueWidth).to(ScalarType.BFloat16);
            Tensor[] used = [q, k, v, .. timed.Delta ? [beta] : (Tensor[])[], .. timed.Decay == TimedOperator.DecayKind.None ? (Tensor[])[] : [g]];
            void Once()
            {
                using var inner = NewDisposeScope();
                using var gradients = set_grad_enabled(backward);
                var o = timed.Run(q, k, v, beta, g);
                if (backward) autograd.grad([o], used, [upstream]);
                BackwardTensors.Release();
            }
            using var graph = CudaGraph.Capture(device, Once);
            var label = FormattableString.Invariant(
                $"operator {name}, {(backward ? "forward and backward" : "forward")}, batch {shape.Batch}, length {shape.Length}, heads {shape.KeyHeads}, {shape.KeyWidth}x{shape.ValueWidth}");
            var figure = CudaTimer.Time(label, graph.IsCaptured ? "graph" : "eager", graph.Replay, repetitions: 10, blocks: 15);
            yield return backward ? figure : figure with
            {
                Values = new Dictionary<string, double>
                {
                    ["terabytesPerSecond"] = timed.Bytes(shape, 2) / figure.MedianMilliseconds / 1e9,
                    ["teraflopsPerSecond"] = timed.Operations(shape) / figure.MedianMilliseconds / 1e9,
                },
            };
        }
    }
}
