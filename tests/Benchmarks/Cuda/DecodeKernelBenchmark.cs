using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>The kernels of a decode step one by one, as graphs of launches over so many buffers that none is found in the L2 cache, beside the library's products.</summary>
internal static class DecodeKernelBenchmark
{
    const int Batch = 8, Launches = 24;

    internal static IEnumerable<CudaFigure> Measure(ComputeDevice device)
    {
        foreach (var (outputs, input, norm) in ((int, int, bool)[])[(6144, 2048, true), (2048, 2048, false), (2048, 5632, false), (9248, 2048, true), (2048, 3072, false)])
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var weights = Enumerable.Range(0, 12).Select(_ => randn(outputs, input, ScalarType.BFloat16, device.TorchDevice)).ToArray();
            var (x, residual, scale) = (randn(Batch, 1, input, ScalarType.BFloat16, device.TorchDevice), randn(Batch, 1, outputs, ScalarType.BFloat16, device.TorchDevice), ones(input, ScalarType.BFloat16, device.TorchDevice));
            var bytes = 2.0 * outputs * input;
            var name = FormattableString.Invariant($"{outputs} x {input}, batch {Batch}{(norm ? ", norm" : ", residual")}");
            yield return Time(device, name, "library", bytes, i => nn.functional.linear(norm ? RmsNorm.Apply(x, scale, 1e-6) : x, weights[i % 12]));
            foreach (var warps in (int[])[4, 8, 16])
            {
                DecodeLinear.WarpsOverride = warps;
                yield return Time(device, name, FormattableString.Invariant($"kernel, {warps} warps"), bytes,
                    i => norm ? DecodeLinear.Apply(x, weights[i % 12], (scale, 1e-6)) : DecodeLinear.Apply(x, weights[i % 12], residual: residual));
            }
            DecodeLinear.WarpsOverride = null;
        }
        yield return GatedUnit(device, 4);
        yield return GatedUnit(device, 8);
        yield return GatedUnit(device, 16);
        foreach (var context in (int[])[2048, 8192]) yield return Attention(device, context, 16, 16, 128);
        yield return Attention(device, 8192, 16, 1, 128);
        yield return GatedDelta(device, 96, 192);
        yield return GatedDelta(device, 128, 128);
    }

    static CudaFigure GatedUnit(ComputeDevice device, int warps)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        DecodeLinear.WarpsOverride = warps;
        var weights = Enumerable.Range(0, 8).Select(_ => randn(11264, 2048, ScalarType.BFloat16, device.TorchDevice)).ToArray();
        var (x, scale) = (randn(Batch, 1, 2048, ScalarType.BFloat16, device.TorchDevice), ones(2048, ScalarType.BFloat16, device.TorchDevice));
        var figure = Time(device, "gated unit 11264 x 2048, batch 8", FormattableString.Invariant($"kernel, {warps} warps"), 2.0 * 11264 * 2048, i => DecodeLinear.GatedUnit(x, weights[i % 8], (scale, 1e-6)));
        DecodeLinear.WarpsOverride = null;
        return figure;
    }

    static CudaFigure Attention(ComputeDevice device, int context, int queryHeads, int keyHeads, int width)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var packed = randn(Batch, 1, (queryHeads + 2 * keyHeads) * width, ScalarType.BFloat16, device.TorchDevice);
        var caches = Enumerable.Range(0, 4).Select(_ => (Keys: randn(Batch, context + 1, keyHeads, width, ScalarType.BFloat16, device.TorchDevice), Values: randn(Batch, context + 1, keyHeads, width, ScalarType.BFloat16, device.TorchDevice))).ToArray();
        using var rotary = new RotaryTables(width, 10000, true);
        var heads = new FusedDecodeAttention.Heads(queryHeads, keyHeads, width, rotary.PairTable(context + 1, device.TorchDevice), true, null, null, 0, false);
        var positions = new SequencePositions([.. Enumerable.Repeat(context, Batch)])
        {
            OnDevice = full([Batch], context, ScalarType.Int64, device.TorchDevice), Tickets = SequencePositions.NewTickets(Batch, device.TorchDevice),
        };
        return Time(device, FormattableString.Invariant($"attention, {queryHeads} heads over {keyHeads} x {width}, batch {Batch}, context {context}"), "kernel", 4.0 * Batch * context * keyHeads * width,
            i => FusedDecodeAttention.Apply(packed, caches[i % 4].Keys, caches[i % 4].Values, positions, heads));
    }

    static CudaFigure GatedDelta(ComputeDevice device, int key, int value)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int heads = 16;
        var type = ScalarType.BFloat16;
        var channels = heads * (2 * key + value);
        var step = new FusedDeltaStep
        {
            KeyHeads = heads, ValueHeads = heads, KeyHead = key, ValueHead = value, Taps = randn(channels, 1, 4, type, device.TorchDevice), StrengthOffset = channels + heads * value + heads,
            DecayKind = FusedDeltaStep.Decay.Head, DecayOffset = channels + heads * value, LogRate = randn(heads, type, device.TorchDevice), DecayBias = randn(heads, type, device.TorchDevice),
            GateKind = FusedDeltaStep.Gate.Silu, Norm = ones(value, type, device.TorchDevice), NormEpsilon = 1e-6,
        };
        var packed = randn(Batch, 1, channels + heads * value + 2 * heads, type, device.TorchDevice);
        var states = Enumerable.Range(0, 12).Select(_ => (Tail: randn(Batch, 3, channels, type, device.TorchDevice), State: zeros(Batch, heads, key, value, ScalarType.Float32, device.TorchDevice).normal_())).ToArray();
        return Time(device, FormattableString.Invariant($"gated delta step, {heads} heads {key} x {value}, batch {Batch}"), "kernel", 8.0 * Batch * heads * key * value,
            i => step.Apply(packed, packed.narrow(-1, channels, heads * value), null, states[i % 12].Tail, states[i % 12].State));
    }

    static CudaFigure Time(ComputeDevice device, string name, string execution, double bytes, Func<int, Tensor> launch)
    {
        using var graph = CudaGraph.Capture(device, () =>
        {
            using var inner = NewDisposeScope();
            for (var i = 0; i < Launches; i++) launch(i);
        });
        var figure = CudaTimer.Time(name, execution, graph.Replay, repetitions: 3, blocks: 7, warmUps: 2);
        return figure with
        {
            MedianMilliseconds = figure.MedianMilliseconds / Launches, MinimumMilliseconds = figure.MinimumMilliseconds / Launches,
            Values = new Dictionary<string, double> { ["microseconds"] = 1e3 * figure.MedianMilliseconds / Launches, ["terabytesPerSecond"] = bytes / (figure.MedianMilliseconds / Launches) / 1e9 },
        };
    }
}
