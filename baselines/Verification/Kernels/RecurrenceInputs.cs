using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>Random inputs of a recurrence: the same values in bfloat16 (gates in float32) on the GPU and in float64 on the CPU, both as leaves.</summary>
internal sealed class RecurrenceInputs
{
    private readonly List<(string Name, Tensor Given, Tensor Exact)> all = [];
    private readonly Device device;
    private readonly Generator generator;

    /// <summary>Draws q, k with L2 norm 1, v, β, g (scalar or one for each key channel), an initial state, and gradients of both outputs.</summary>
    internal RecurrenceInputs(
        Device device, string regime, long batch, long length, long keyHeads, long valueHeads, long keyWidth, long valueWidth, bool vectorDecay = false, int seed = 5)
    {
        this.device = device;
        generator = new Generator((ulong)seed, CPU);
        Tensor Draw(params long[] shape) => randn(shape, generator: generator);
        var k = Draw(batch, length, keyHeads, keyWidth);
        // Keys that share a direction make the triangular inverse badly conditioned.
        if (regime == "correlated keys") k = k.mul(0.3).add(Draw(1, 1, 1, keyWidth));
        Add("q", Normalisation.L2(Draw(batch, length, keyHeads, keyWidth)), ScalarType.BFloat16);
        Add("k", Normalisation.L2(k), ScalarType.BFloat16);
        Add("v", Draw(batch, length, valueHeads, valueWidth), ScalarType.BFloat16);
        var beta = Uniform(batch, length, valueHeads);
        if (regime == "β to 2") beta = beta.mul(2);
        if (regime == "β zero") beta = beta.mul(beta.gt(0.3));
        Add("beta", beta, ScalarType.Float32);
        var u = vectorDecay ? Uniform(batch, length, valueHeads, keyWidth) : Uniform(batch, length, valueHeads);
        Add("g", regime switch
        {
            "no decay" => u.mul(0),
            "near one" => u.mul(-1e-3),
            "extreme" => u.mul(-20).sub(20),
            "mixed" => where(u.lt(0.2), full_like(u, -45), u.mul(-0.01)),
            _ => u.mul(-0.5).sub(0.02),
        }, ScalarType.Float32);
        Add("initial", Draw(batch, valueHeads, keyWidth, valueWidth), ScalarType.Float32);
        Add("dout", Draw(batch, length, valueHeads, valueWidth), ScalarType.BFloat16);
        Add("dfinal", Draw(batch, valueHeads, keyWidth, valueWidth), ScalarType.Float32);
    }

    internal Tensor Given(string name) => all.First(x => x.Name == name).Given;

    internal Tensor Exact(string name) => all.First(x => x.Name == name).Exact;

    /// <summary>Backward from both outputs.</summary>
    internal void Backward(Tensor output, Tensor? final, bool exact)
    {
        Tensor Of(string name) => (exact ? Exact(name) : Given(name)).detach();
        var total = output.mul(Of("dout")).sum();
        if (final is not null) total = total.to(final.dtype).add(final.mul(Of("dfinal")).sum());
        total.backward();
    }

    private Tensor Uniform(params long[] shape) => rand(shape, generator: generator);

    private void Add(string name, Tensor value, ScalarType type)
    {
        var rounded = value.to(type);
        all.Add((name, rounded.to(device).detach().requires_grad_(true), rounded.to(ScalarType.Float64).detach().requires_grad_(true)));
    }
}
