using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Verification.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>The chunked kernels with a decay for each key channel against the recurrence in float64 on the CPU, outputs and every gradient.</summary>
public sealed class ChannelDecayTests
{
    [Theory, MemberData(nameof(ChunkedRecurrenceTests.DeltaRegimes), MemberType = typeof(ChunkedRecurrenceTests))]
    public void Delta_rule_is_right_in_every_regime(string regime) => CompareDelta(regime, 2, 200, 2, 4, 24, 48);

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Delta_rule_is_right_at_any_length(long length) => CompareDelta("mixed", 1, length, 3, 3, 64, 64);

    [Theory]
    [InlineData(8, 8)]
    [InlineData(6, 20)]
    [InlineData(40, 80)]
    [InlineData(96, 192)]
    [InlineData(128, 128)]
    [InlineData(192, 192)]
    public void Delta_rule_is_right_for_any_head_width(long keyWidth, long valueWidth) => CompareDelta("usual", 1, 130, 1, 2, keyWidth, valueWidth);

    [Theory, MemberData(nameof(ChunkedRecurrenceTests.DeltaRegimes), MemberType = typeof(ChunkedRecurrenceTests))]
    public void Wide_heads_are_right_in_every_regime(string regime) => CompareDelta(regime, 2, 200, 1, 2, 128, 64);

    [Theory]
    [InlineData(1, 128, 128)]
    [InlineData(64, 104, 128)]
    [InlineData(900, 128, 128)]
    [InlineData(333, 96, 192)]
    public void Wide_heads_are_right_at_any_length(long length, long keyWidth, long valueWidth) => CompareDelta("usual", 1, length, 2, 2, keyWidth, valueWidth);

    [Theory]
    [InlineData("usual", 150, 32, 48)]
    [InlineData("extreme", 200, 128, 64)]
    [InlineData("mixed", 65, 256, 512)]
    [InlineData("no decay", 130, 6, 20)]
    public void Linear_recurrence_is_right(string regime, long length, long keyWidth, long valueWidth)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, regime, 2, length, 2, 2, keyWidth, valueWidth, vectorDecay: true);
        var exact = GatedLinearAttention.Recurrent(x.Exact("q"), x.Exact("k"), x.Exact("v"), x.Exact("g"), 0.5, x.Exact("initial"));
        var given = GatedLinearAttention.Chunkwise(x.Given("q"), x.Given("k"), x.Given("v"), x.Given("g"), 0.5, x.Given("initial"));
        ChunkedRecurrenceTests.Compare(x, given.Output, given.FinalState, exact, ["q", "k", "v", "g", "initial"]);
    }

    [Fact]
    public void Results_and_gradients_repeat_bit_for_bit()
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, "usual", 2, 200, 2, 4, 32, 32, vectorDecay: true);
        string[] inputs = ["q", "k", "v", "beta", "g"];
        Tensor[] Run()
        {
            var o = KimiDeltaRule.Chunkwise(x.Given("q"), x.Given("k"), x.Given("v"), x.Given("beta"), x.Given("g")).Output;
            Tensor[] results = [o, .. autograd.grad([o], [.. inputs.Select(x.Given)], [x.Given("dout").detach()])];
            var kept = results.Select(result => result.detach().clone()).ToArray();
            BackwardTensors.Release();
            return kept;
        }
        foreach (var (first, second) in Run().Zip(Run())) Assert.True(first.equal(second).all().item<bool>(), "two runs differ");
    }

    [Fact]
    public void Wide_key_heads_of_a_delta_rule_are_left_to_plain_operations()
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, "usual", 1, 70, 1, 1, 256, 64, vectorDecay: true);
        Assert.False(FusedChunkedRecurrence.Serves(x.Given("k"), x.Given("v"), x.Given("g")), "a delta rule with channel decays of 256 does not fit a block");
        Assert.True(FusedChunkedRecurrence.Serves(x.Given("k"), x.Given("v"), x.Given("g"), delta: false));
    }

    static void CompareDelta(string regime, long batch, long length, long keyHeads, long valueHeads, long keyWidth, long valueWidth)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device, regime, batch, length, keyHeads, valueHeads, keyWidth, valueWidth, vectorDecay: true);
        var (o, final) = FusedChunkedRecurrence.Apply(x.Given("q"), x.Given("k"), x.Given("v"), x.Given("beta"), x.Given("g"), 0.3, x.Given("initial"));
        var exact = KimiDeltaRule.Recurrent(x.Exact("q"), x.Exact("k"), x.Exact("v"), x.Exact("beta"), x.Exact("g"), 0.3, x.Exact("initial"));
        ChunkedRecurrenceTests.Compare(x, o, final!, exact, ["q", "k", "v", "beta", "g", "initial"]);
    }
}
