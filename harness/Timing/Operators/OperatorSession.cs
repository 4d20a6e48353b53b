using LT2.Eval.Harness.Execution;
using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Timing.Operators;

/// <summary>
/// Times operators on random inputs beside what this machine can do at most: a copy (bytes read and written) and a large matrix product, measured in the same run.
/// On CUDA the work is replayed as a graph where it can be captured, so that launches do not count.
/// </summary>
/// <param name="clock">Source of time stamps.</param>
public sealed class OperatorSession(TimeProvider clock)
{
    private const int Seed = 3;
    private const double BlockMilliseconds = 20;

    /// <summary>Bytes a second of a copy, and operations a second of a product in a dtype.</summary>
    public RateLimits Limits(ComputeDevice device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var timer = new BlockTimer(clock, device.Synchronise);
        var bytes = device.IsCuda ? 2L << 30 : 64L << 20;
        var size = device.IsCuda ? 8192L : 1024L;
        var source = empty([bytes], ScalarType.Byte, device.TorchDevice).random_(0, 256);
        var target = empty_like(source);
        var (left, right) = (randn(size, size, type, device.TorchDevice), randn(size, size, type, device.TorchDevice));
        var copy = timer.Measure(() => target.copy_(source), 5, BlockMilliseconds).BlockMilliseconds.Order().ElementAt(2);
        var product = timer.Measure(() => left.matmul(right).Dispose(), 5, BlockMilliseconds).BlockMilliseconds.Order().ElementAt(2);
        return new RateLimits(2e3 * bytes / copy, 2e3 * size * size * size / product);
    }

    /// <summary>Times one operator at one shape.</summary>
    /// <param name="timed">The operator.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="device">Where.</param>
    /// <param name="dtype">Of q, k and v.</param>
    /// <param name="backward">Whether gradients of every input are computed too.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="limits">Of <see cref="Limits"/>.</param>
    public OperatorTiming Measure(
        TimedOperator timed, OperatorShape shape, ComputeDevice device, string dtype, bool backward, int blocks, RateLimits limits)
    {
        using var scope = NewDisposeScope();
        var type = Dtypes.Use(dtype, device);
        manual_seed(Seed);
        Tensor Draw(params long[] sizes) => randn(sizes, ScalarType.Float32, device.TorchDevice);
        var q = Leaf(Normalisation.L2(Draw(shape.Batch, shape.Length, shape.KeyHeads, shape.KeyWidth)).to(type));
        var k = Leaf(Normalisation.L2(Draw(shape.Batch, shape.Length, shape.KeyHeads, shape.KeyWidth)).to(type));
        var v = Leaf(Draw(shape.Batch, shape.Length, shape.ValueHeads, shape.ValueWidth).to(type));
        var beta = Leaf(Draw(shape.Batch, shape.Length, shape.ValueHeads).sigmoid());
        long[] decays = timed.Decay == TimedOperator.DecayKind.Vector
            ? [shape.Batch, shape.Length, shape.ValueHeads, shape.KeyWidth] : [shape.Batch, shape.Length, shape.ValueHeads];
        var g = Leaf(DecayGates.LogSigmoid(Draw(decays)).mul(0.1));
        var upstream = Draw(shape.Batch, shape.Length, shape.ValueHeads, shape.ValueWidth).to(type);
        Tensor[] used = [q, k, v, .. timed.Delta ? [beta] : (Tensor[])[], .. timed.Decay == TimedOperator.DecayKind.None ? (Tensor[])[] : [g]];

        void Once()
        {
            using var inner = NewDisposeScope();
            using var gradients = set_grad_enabled(backward);
            var o = timed.Run(q, k, v, beta, g);
            // Gradients on their own: adding them to earlier ones would count too.
            if (backward) autograd.grad([o], used, [upstream]);
            BackwardTensors.Release();
        }

        using var graph = device.IsCuda ? CudaGraph.Capture(device, Once) : null;
        var work = graph is { IsCaptured: true } ? graph.Replay : (Action)Once;
        var times = new BlockTimer(clock, device.Synchronise).Measure(work, blocks, BlockMilliseconds).BlockMilliseconds;
        var median = times.Order().ElementAt(times.Count / 2) / 1e3;
        var (bytes, operations) = (timed.Bytes(shape, (int)v.element_size()), timed.Operations(shape));
        return new OperatorTiming(timed.Name, backward ? "forward and backward" : "forward", graph is { IsCaptured: true } ? "graph" : "eager", FusedOperations.Description, shape, dtype, times,
            backward ? null : bytes / median / 1e12, backward ? null : operations / median / 1e12,
            backward ? null : 1e3 * Math.Max(bytes / limits.BytesPerSecond, operations / limits.OperationsPerSecond));

        Tensor Leaf(Tensor x) => x.detach().requires_grad_(backward);
    }
}
