using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

/// <summary>The two forms of one operation: plain, and kept for a layer.</summary>
public sealed class RotaryTablesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tables_turn_heads_as_the_plain_rotation_does_at_any_offsets(bool adjacentPairs)
    {
        using var scope = NewDisposeScope();
        using var tables = new RotaryTables(6, 500, adjacentPairs);
        using var generator = new Generator(2, CPU);
        var x = randn([2, 5, 3, 6], ScalarType.Float64, generator: generator);
        int[] offsets = [70, 3];
        var plain = cat([.. offsets.Select((offset, row) => RotaryEmbedding.Apply(x.narrow(0, row, 1), RotaryEmbedding.Positions(offset, 5, CPU), 500, adjacentPairs))], 0);
        Assert.True(Variants.Distance(plain, tables.Apply(x, new SequencePositions(offsets))) < 1e-12);
        Assert.True(Variants.Distance(plain.narrow(0, 0, 1), tables.Apply(x.narrow(0, 0, 1), SequencePositions.All(1, 70))) < 1e-12);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void The_librarys_attention_equals_explicit_scores(int? window)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        Tensor Draw(int length, int heads) => randn([2, length, heads, 4], ScalarType.Float64, generator: generator);
        var (q, k, v) = (Draw(20, 4), Draw(23, 2), Draw(23, 2));
        Assert.True(Variants.Distance(SoftmaxAttention.Causal(q, k, v, window: window), ScaledDotProductAttention.Causal(q, k, v, window)) < 1e-12);
    }

    [Fact]
    public void The_convolution_with_a_state_equals_the_one_with_a_given_tail()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(6, CPU);
        var (x, weight, bias) = (randn([2, 7, 3], ScalarType.Float64, generator: generator), randn([3, 1, 4], ScalarType.Float64, generator: generator), randn([3], ScalarType.Float64, generator: generator));
        var description = new MixerDescription([], [ShortConvolution.State(3)], _ => 0);
        using var state = MixerState.Zeros(description, 2, 1, CPU, ScalarType.Float64);
        Tensor? tail = null;
        foreach (var (start, length) in ((int, int)[])[(0, 4), (4, 1), (5, 2)])
        {
            var part = x.narrow(1, start, length);
            var (expected, next) = ShortConvolution.WithTail(part, weight, bias, tail, silu: false);
            Assert.True(Variants.Distance(expected, ShortConvolution.Apply(part, weight, bias, state)) < 1e-12);
            tail = next;
        }
    }
}
