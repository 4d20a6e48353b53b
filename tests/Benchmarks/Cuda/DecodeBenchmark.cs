using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>
/// Decode steps of 20 layers x 4 loops, d 2048, 16 heads, SwiGLU 5632, batch 8, bfloat16: a token a row in, logits out. Caches are allocated once and filled with random
/// values. The bytes counted are weights (once a loop), the context's entries, and recurrent states read and written.
/// </summary>
internal static class DecodeBenchmark
{
    const int Layers = 20, Loops = 4, Width = 2048, Heads = 16, Batch = 8, Blocks = 15, StepsABlock = 10;

    internal static IEnumerable<CudaFigure> Headline(ComputeDevice device) =>
    [
        .. Measure(device, "looped-full", 2048, eager: true), .. Measure(device, "looped-full", 8192),
        .. Measure(device, "lt2-gdn", 2048, eager: true),
        .. Measure(device, "lt2-hybrid-full-gdn", 8192), .. Measure(device, "lt2-hybrid-full-gdn", 32768),
        .. Measure(device, "lt2-hybrid-gdn-dsa", 2048), .. Measure(device, "lt2-hybrid-gdn-dsa", 65536),
    ];

    internal static IEnumerable<CudaFigure> EveryMixer(ComputeDevice device) =>
        new[] { "lt2-window", "lt2-deltanet", "lt2-kda", "lt2-mamba2", "lt2-gla", "lt2-retnet", "lt2-hgrn2", "lt2-linear", "lt2-rwkv7", "lt2-deltaproduct" }
            .SelectMany(variant => Measure(device, variant, 2048));

    internal static IEnumerable<CudaFigure> Measure(ComputeDevice device, string variant, int context, bool eager = false)
    {
        using var model = BenchmarkModels.Create(BenchmarkModels.Define(variant, Width, Layers, Loops, Heads, 5632, 256, context + 64), device);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var state = model.NewState(Batch, context + 64, Loops);
        foreach (var tensor in state.Tensors) tensor.normal_(0, 0.1);
        state.MoveTo([.. Enumerable.Repeat(context, Batch)]);
        var ids = randint(256, [Batch, 1], dtype: ScalarType.Int64, device: device.TorchDevice);
        using var mark = state.Mark();
        var name = FormattableString.Invariant($"decode step, {variant}, d {Width}, {Layers} layers x {Loops} loops, batch {Batch}, context {context}");
        var bytes = PassCost.DecodeBytes(model, state, context);
        if (eager)
        {
            // An eager step reads the same state, but may put it elsewhere: before the graph that expects it here.
            yield return CudaTimer.Time(name, "eager, fused kernels", () => model.Advance(ids, state).Dispose(), repetitions: 1, blocks: 9);
            mark.Return();
        }
        using var decode = new CapturedDecode(model, state);
        decode.Step(ids).Dispose();
        var figure = CudaTimer.Time(name, decode.Execution + ", fused kernels", () => Steps(decode, mark, ids), repetitions: 1, blocks: Blocks);
        yield return figure with
        {
            MedianMilliseconds = figure.MedianMilliseconds / StepsABlock, MinimumMilliseconds = figure.MinimumMilliseconds / StepsABlock,
            Values = new Dictionary<string, double>
            {
                ["gigabytes"] = bytes / 1e9, ["terabytesPerSecond"] = bytes / (figure.MedianMilliseconds / StepsABlock) / 1e9,
                ["usedGigabytes"] = CudaMemory.Read().UsedBytes / 1e9,
            },
        };
    }

    // Every block starts at the same context. Going back costs a few copies of what a token overwrites, outside no clock: so blocks are long enough to hide them.
    static void Steps(CapturedDecode decode, LoopStateMark mark, Tensor ids)
    {
        if (decode.State.Offsets[0] + StepsABlock > decode.State.MaximumLength) mark.Return();
        for (var i = 0; i < StepsABlock; i++) decode.Step(ids).Dispose();
    }
}
