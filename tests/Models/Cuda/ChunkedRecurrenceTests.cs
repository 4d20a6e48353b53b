using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Runtime.Cuda;
using LT2.Eval.Models.Verification.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>
/// The chunked kernels against the recurrence in float64 on the CPU, outputs and every gradient. Operands carry 8 bits, so errors of 2 to 6e-3 are rounding alone;
/// dβ and dg are sums of products of already rounded gradients.
/// </summary>
public sealed class ChunkedRecurrenceTests
{
    public static TheoryData<string> DeltaRegimes => ["usual", "no decay", "near one", "extreme", "mixed", "correlated keys", "β to 2", "β zero"];

    [Theory, MemberData(nameof(DeltaRegimes))]
    public void Delta_rule_is_right_in_every_regime(string regime) => CompareDelta(regime, 2, 200, 2, 4, 24, 48);

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void Delta_rule_is_right_at_any_length(long length) => CompareDelta("usual", 1, length, 3, 3, 64, 64);

    [Theory]
    [InlineData(8, 8)]
    [InlineData(6, 20)]
    [InlineData(16, 16)]
    [InlineData(40, 80)]
    [InlineData(96, 192)]
    [InlineData(128, 128)]
    [InlineData(192, 192)]
    [InlineData(256, 256)]
    [InlineData(256, 512)]
    public void Delta_rule_is_right_for_any_head_width(long keyWidth, long valueWidth) => CompareDelta("usual", 1, 130, 1, 2, keyWidth, valueWidth);

    // Few wide heads, whose walk forward is Hopper's own: in every regime, and through more chunks than it keeps on chip.
    [Theory, MemberData(nameof(DeltaRegimes))]
    public void Wide_heads_are_right_in_every_regime(string regime) => CompareDelta(regime, 2, 200, 1, 2, 128, 64);

    [Theory]
    [InlineData(1, 128, 128)]
    [InlineData(64, 104, 128)]
    [InlineData(900, 128, 128)]
    [InlineData(333, 96, 192)]
    public void Wide_heads_are_right_at_any_length(long length, long keyWidth, long valueWidth) => CompareDelta("usual", 1, length, 2, 2, keyWidth, valueWidth);

    [Fact]
    public void Gradients_do_not_change_what_goes_forward()
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, "usual", 2, 150, 2, 2, 128, 128);
        Tensor Run() => FusedChunkedRecurrence.Apply(x.Given("q"), x.Given("k"), x.Given("v"), x.Given("beta"), x.Given("g"), 0.3, x.Given("initial"), needFinal: false).Output;
        var recorded = Run();
        using var off = no_grad();
        Assert.True(recorded.equal(Run()).all().item<bool>(), "outputs differ");
    }

    [Theory]
    [InlineData("usual", 32, 48)]
    [InlineData("extreme", 128, 64)]
    public void Linear_recurrence_with_a_scalar_decay_is_right(string regime, long keyWidth, long valueWidth)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, regime, 2, 150, 1, 3, keyWidth, valueWidth);
        var (o, final) = FusedChunkedRecurrence.Apply(x.Given("q"), x.Given("k"), x.Given("v"), null, x.Given("g"), 0.5, x.Given("initial"));
        var exact = LinearRecurrence.Recurrent(x.Exact("q"), x.Exact("k"), x.Exact("v"), x.Exact("g"), 0.5, x.Exact("initial"));
        Compare(x, o, final!, exact, ["q", "k", "v", "g", "initial"]);
    }

    [Fact]
    public void Queries_and_keys_side_by_side_give_the_same_as_apart()
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, "usual", 2, 100, 2, 4, 24, 48);
        var qk = cat([x.Given("q").detach(), x.Given("k").detach()], 2).requires_grad_(true);
        var together = FusedChunkedRecurrence.Apply(qk, null, x.Given("v"), x.Given("beta"), x.Given("g"), 0.2, needFinal: false);
        var apart = FusedChunkedRecurrence.Apply(x.Given("q"), x.Given("k"), x.Given("v"), x.Given("beta"), x.Given("g"), 0.2);
        Assert.Null(together.Final);
        Assert.True(together.Output.equal(apart.Output).all().item<bool>(), "outputs differ");
        x.Backward(apart.Output, null, exact: false);
        x.Backward(together.Output, null, exact: false);
        BackwardTensors.Release();
        Assert.True(qk.grad!.equal(cat([x.Given("q").grad!, x.Given("k").grad!], 2)).all().item<bool>(), "gradients differ");
    }

    [Fact]
    public void Results_repeat_bit_for_bit_and_a_graph_gives_the_same()
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device.TorchDevice, "usual", 2, 200, 2, 2, 32, 32);
        Tensor Run() => FusedChunkedRecurrence.Apply(
            x.Given("q").detach(), x.Given("k").detach(), x.Given("v").detach(), x.Given("beta").detach(), x.Given("g").detach(), 0.2, needFinal: false).Output;
        var (first, second) = (Run(), Run());
        Assert.True(first.equal(second).all().item<bool>(), "two runs differ");
        var kept = empty_like(first).fill_(double.NaN);
        using var graph = CudaGraph.Capture(device, () =>
        {
            using var inner = NewDisposeScope();
            kept.copy_(Run());
        });
        kept.fill_(double.NaN);
        graph.Replay();
        device.Synchronise();
        Assert.True(graph.IsCaptured, graph.Note);
        Assert.True(first.equal(kept).all().item<bool>(), "the graph differs");
    }

    static void CompareDelta(string regime, long batch, long length, long keyHeads, long valueHeads, long keyWidth, long valueWidth)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, regime, batch, length, keyHeads, valueHeads, keyWidth, valueWidth);
        var (o, final) = FusedChunkedRecurrence.Apply(x.Given("q"), x.Given("k"), x.Given("v"), x.Given("beta"), x.Given("g"), 0.3, x.Given("initial"));
        var exact = GatedDeltaRule.Recurrent(x.Exact("q"), x.Exact("k"), x.Exact("v"), x.Exact("beta"), x.Exact("g"), 0.3, x.Exact("initial"));
        Compare(x, o, final!, exact, ["q", "k", "v", "beta", "g", "initial"]);
    }

    internal static void Compare(RecurrenceInputs x, Tensor o, Tensor final, RecurrentOutput exact, string[] inputs)
    {
        Near(o, exact.Output, 1e-2, "output");
        Near(final, exact.FinalState, 1e-2, "final state");
        x.Backward(o, final, exact: false);
        BackwardTensors.Release();
        x.Backward(exact.Output, exact.FinalState, exact: true);
        foreach (var name in inputs) Near(x.Given(name).grad!, x.Exact(name).grad!, name is "beta" or "g" ? 2e-2 : 1e-2, "gradient of " + name);
    }

    static void Near(Tensor given, Tensor exact, double tolerance, string what)
    {
        Assert.Equal(exact.shape, given.shape);
        var error = Gpu.RelativeError(given, exact);
        Assert.True(error <= tolerance, FormattableString.Invariant($"{what} is off by {error:G3}, more than {tolerance:G3}"));
    }
}
