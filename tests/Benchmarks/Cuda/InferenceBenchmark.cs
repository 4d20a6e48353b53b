using LT2.Eval.Harness.Timing.Operators;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>
/// Prefill of 20 layers x 4 loops of width 2048, 16 heads, SwiGLU 5632, batch 1, bfloat16, beside the sum of its parts' limits at the rates that this GPU showed in the same
/// run: products with weights and the products of attention and of indexers at that of a large product, a recurrence's inputs and outputs at that of a copy.
/// </summary>
internal static class InferenceBenchmark
{
    const int Layers = 20, Loops = 4, Width = 2048, Heads = 16, LongestGraph = 4096;

    internal static IEnumerable<CudaFigure> Prefill(ComputeDevice device) => Prefill(device, ["looped-full", "lt2-gdn", "lt2-hybrid-full-gdn"]);

    internal static IEnumerable<CudaFigure> SparsePrefill(ComputeDevice device) => Prefill(device, ["lt2-window", "lt2-hybrid-gdn-window", "lt2-hybrid-gdn-dsa", "lt2-dsa", "lt2-nsa"]);

    static IEnumerable<CudaFigure> Prefill(ComputeDevice device, string[] variants)
    {
        var (bytesPerSecond, operationsPerSecond) = Limits(device);
        foreach (var variant in variants)
        {
            var points = new List<(int Length, double Milliseconds)>();
            foreach (var length in (int[])[1024, 4096, 16384, 65536])
            {
                var figure = Measure(device, variant, length, out var model);
                using (model)
                {
                    var products = length * ModelShape.LayerProductFlops(model.Definition) + ModelShape.HeadFlops(model.Definition);
                    var (attention, indexing, moved) = Mixers(model.Definition, length);
                    points.Add((length, figure.MedianMilliseconds));
                    var values = new Dictionary<string, double>
                    {
                        ["productLimitMilliseconds"] = 1e3 * products / operationsPerSecond, ["attentionLimitMilliseconds"] = 1e3 * attention / operationsPerSecond,
                        ["recurrenceLimitMilliseconds"] = 1e3 * moved / bytesPerSecond,
                    };
                    if (indexing > 0) values["indexerLimitMilliseconds"] = 1e3 * indexing / operationsPerSecond;
                    values["limitMilliseconds"] = values.Values.Sum();
                    values["productTeraflopsPerSecond"] = products / figure.MedianMilliseconds / 1e9;
                    if (points.Count > 1) values["localSlope"] = Math.Log(points[^1].Milliseconds / points[^2].Milliseconds) / Math.Log((double)points[^1].Length / points[^2].Length);
                    yield return figure with { Values = values };
                }
            }
        }
    }

    static CudaFigure Measure(ComputeDevice device, string variant, int length, out LoopedModel model)
    {
        model = BenchmarkModels.Create(BenchmarkModels.Define(variant, Width, Layers, Loops, Heads, 5632, 256, length), device);
        var created = model;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var ids = randint(256, [1, length], dtype: ScalarType.Int64, device: device.TorchDevice);
        void Once()
        {
            using var inner = NewDisposeScope();
            created.ForwardHidden(ids, [Loops]);
        }
        var name = $"prefill, {variant}, d {Width}, {Layers} layers x {Loops} loops, batch 1, length {length}";
        if (length > LongestGraph) return CudaTimer.Time(name, "eager, fused kernels", Once, repetitions: 1, blocks: 3, warmUps: 1);
        using var graph = CudaGraph.Capture(device, Once);
        return CudaTimer.Time(name, "graph, fused kernels", graph.Replay, repetitions: 2, blocks: 7);
    }

    /// <summary>Operations of attention's products and of indexers', and bytes of recurrences' inputs and outputs, of all layers and loops.</summary>
    static (double Attention, double Indexing, double Bytes) Mixers(ModelDefinition definition, int length)
    {
        var (attention, indexing, bytes) = (0.0, 0.0, 0.0);
        foreach (var layer in Enumerable.Range(0, definition.LayerCount))
        {
            var choice = definition.Slots[0][layer];
            double Option(string name) => double.Parse(choice.Options[name], System.Globalization.CultureInfo.InvariantCulture);
            // Pairs of a query and a key that it sees, where it sees no more than so many.
            double Pairs(double most) => length <= most ? length * (length + 1.0) / 2 : most * (most + 1) / 2 + (length - most) * most;
            attention += 4.0 * Width * choice.Mixer switch
            {
                "full" => length / 2.0 * length,
                "window" => Pairs(Option("window")),
                "dsa" => Pairs(Option("topK")),
                "nsa" => Pairs(Option("window")) + Pairs(Option("blockSize") * Option("blockCount")) + length / 2.0 * length / Option("blockSize"),
                _ => 0,
            };
            if (choice.Mixer == "dsa" && length > Option("topK")) indexing += 2 * Option("indexerHeads") * Option("indexerDimension") * Pairs(length);
            var (keyHead, valueHead) = (3 * Width / Heads / 4, 3 * Width / Heads / 2);
            if (choice.Mixer == "gdn") bytes += TimedOperator.All.First(op => op.Name == "gdn").Bytes(new(1, length, Heads, Heads, keyHead, valueHead), 2);
        }
        return (attention * Loops, indexing * Loops, bytes * Loops);
    }

    static (double BytesPerSecond, double OperationsPerSecond) Limits(ComputeDevice device)
    {
        var figures = DeviceLimits.Measure(device).ToList();
        return (1e12 * figures[0].Values["terabytesPerSecond"], 1e12 * figures[1].Values["teraflopsPerSecond"]);
    }
}
