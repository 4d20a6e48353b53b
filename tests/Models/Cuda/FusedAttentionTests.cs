using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Softmax attention with gradients by fused kernels against the plain one in float64, and that it repeats. bfloat16 carries 8 bits.</summary>
public sealed class FusedAttentionTests
{
    const double Tolerance = 8e-3;

    [Theory]
    [InlineData(32, 256, "pairs")]
    [InlineData(32, 512, "pairs")]
    [InlineData(16, 200, "halves")]
    [InlineData(32, 129, "halves")]
    [InlineData(16, 65, "none")]
    [InlineData(16, 1, "pairs")]
    [InlineData(32, 33, "none")]
    public void Short_attention_equals_the_plain_one(int width, int length, string pairs)
    {
        const int Heads = 3;
        using var rotary = pairs == "none" ? null : new RotaryTables(width, 10000, pairs == "pairs");
        Gpu.Compare("bfloat16", [[2, length, 3 * Heads * width]],
            x =>
            {
                Assert.True(FusedShortAttention.Serves(x[0], Heads, width));
                return [FusedShortAttention.Apply(x[0], new(rotary?.PairTable(length, x[0].device), pairs == "pairs"), Heads)];
            },
            x =>
            {
                var heads = x[0].SplitLast(3 * Heads, width);
                var qk = heads.narrow(2, 0, 2 * Heads);
                if (rotary is not null) qk = rotary.Apply(qk, SequencePositions.All(2, 0));
                return [SoftmaxAttention.Causal(qk.narrow(2, 0, Heads), qk.narrow(2, Heads, Heads), heads.narrow(2, 2 * Heads, Heads))];
            }, Tolerance);
    }

    [Theory]
    [InlineData(64, 512, false)]
    [InlineData(64, 129, true)]
    [InlineData(128, 200, false)]
    [InlineData(128, 64, true)]
    [InlineData(32, 1100, false)]
    [InlineData(16, 65, true)]
    [InlineData(64, 2, false)]
    [InlineData(32, 128, true)]
    public void Causal_attention_equals_the_plain_one(int width, int length, bool scaled)
    {
        double? scale = scaled ? 0.3 : null;
        Gpu.Compare("bfloat16", [[2, length, 3, width], [2, length, 3, width], [2, length, 3, width]],
            x =>
            {
                Assert.True(FusedCausalAttention.Serves(x[0], x[1], x[2]));
                return [ScaledDotProductAttention.Causal(x[0], x[1], x[2], scale: scale)];
            },
            x => [SoftmaxAttention.Causal(x[0], x[1], x[2], scale: scale)], Tolerance);
    }

    [Fact]
    public void Causal_attention_of_a_single_token_is_its_value()
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        var (q, k, v) = (Leaf(), Leaf(), Leaf());
        Tensor Leaf() => randn([3, 1, 2, 64], ScalarType.BFloat16, device).requires_grad_(true);
        var o = ScaledDotProductAttention.Causal(q, k, v);
        o.sum().backward();
        BackwardTensors.Release();

        Assert.True(o.eq(v).all().item<bool>());
        Assert.True(v.grad!.eq(1).all().item<bool>());
        Assert.InRange(q.grad!.abs().max().to(ScalarType.Float64).item<double>() + k.grad!.abs().max().to(ScalarType.Float64).item<double>(), 0, 1e-5);
    }

    [Fact]
    public void Longer_sequences_and_heads_of_other_widths_are_left_to_the_library()
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        Tensor Heads(int length, int width, ScalarType type = ScalarType.BFloat16) => zeros([1, length, 1, width], type, device).requires_grad_(true);
        bool Serves(Tensor x) => FusedCausalAttention.Serves(x, x, x);

        Assert.True(Serves(Heads(FusedCausalAttention.LongestLength, 64)));
        Assert.False(Serves(Heads(FusedCausalAttention.LongestLength + 1, 64)));
        Assert.False(Serves(Heads(64, 48)));
        Assert.False(Serves(Heads(64, 64, ScalarType.Float32)));
        Assert.False(Serves(Heads(64, 64).detach()));
    }

    [Theory]
    [InlineData(64, 512, 4)]
    [InlineData(64, 300, 1)]
    [InlineData(128, 513, 2)]
    public void Gradients_of_causal_attention_repeat_to_the_last_bit(int width, int length, int keyHeads)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        var shapes = (long[][])[[8, length, 4, width], [8, length, keyHeads, width], [8, length, keyHeads, width]];
        using var scope = NewDisposeScope();
        using var generator = new Generator(7, CPU);
        // Views into packed rows, as a projection gives them, and a gradient whose heads lie before its tokens.
        var inputs = shapes.Select(shape => randn([shape[0], shape[1], shape[2] + 1, shape[3]], generator: generator).to(ScalarType.BFloat16).to(device).narrow(2, 1, shape[2])).ToArray();
        var upstream = randn([8, 4, length, width], generator: generator).to(ScalarType.BFloat16).to(device).transpose(1, 2);
        Tensor[] Gradients()
        {
            var leaves = inputs.Select(input => input.detach().requires_grad_(true)).ToArray();
            var o = ScaledDotProductAttention.Causal(leaves[0], leaves[1], leaves[2]);
            o.mul(upstream).sum().backward();
            BackwardTensors.Release();
            return [o.detach(), .. leaves.Select(leaf => leaf.grad!.clone())];
        }

        var first = Gradients();
        for (var again = 0; again < 5; again++)
            Assert.All(Gradients().Zip(first), pair => Assert.True(pair.First.eq(pair.Second).all().item<bool>()));
    }
}
