using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class OperatorPrecisionTests
{
    private const int Length = 200;

    public OperatorPrecisionTests() => TorchRuntime.SetThreads(1);

    [Theory]
    [InlineData(0.01)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_vector_decay_of_any_strength_keeps_float32_accurate(double strongest)
    {
        using var scope = NewDisposeScope();
        var (q, k, v, g) = (Draw(1, 8), Draw(2, 8), Draw(3, 6), -strongest * Uniform(4, 8).pow(4));
        AssertSingleIsAccurate((t, d) => GatedLinearAttention.Chunkwise(t(q, d), t(k, d), t(v, d), t(g, d)), GatedLinearAttention.Recurrent(q, k, v, g));
        var beta = Uniform(5, 1).squeeze(-1);
        var unit = Normalisation.L2(k);
        AssertSingleIsAccurate((t, d) => KimiDeltaRule.Chunkwise(t(q, d), t(unit, d), t(v, d), t(beta, d), t(g, d)), KimiDeltaRule.Recurrent(q, unit, v, beta, g));
        var (a, b) = (-unit, unit * Uniform(6, 8));
        AssertSingleIsAccurate(
            (t, d) => DiagonalPlusLowRank.Chunkwise(t(q, d), t(g, d), t(k, d), t(v, d), t(a, d), t(b, d)), DiagonalPlusLowRank.Recurrent(q, g, k, v, a, b));
    }

    [Theory]
    [InlineData(0.6065)]
    [InlineData(0.1)]
    public void A_decay_that_is_known_to_be_bounded_keeps_float32_accurate_without_sub_chunks(double strongest)
    {
        using var scope = NewDisposeScope();
        var (r, k, v, w) = (Draw(1, 8), Draw(2, 8), Draw(3, 6), Round(-strongest * (1 - Uniform(4, 8).pow(4))));
        var (a, b) = (-Normalisation.L2(k), Normalisation.L2(k) * Uniform(6, 8));
        AssertSingleIsAccurate(
            (t, d) => DiagonalPlusLowRank.Chunkwise(t(r, d), t(w, d), t(k, d), t(v, d), t(a, d), t(b, d), leastDecay: DecayGates.LeastRwkv7),
            DiagonalPlusLowRank.Recurrent(r, w, k, v, a, b));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(5)]
    [InlineData(1000)]
    public void A_scalar_decay_of_any_strength_keeps_float32_accurate(double strongest)
    {
        using var scope = NewDisposeScope();
        var (q, k, v, g) = (Draw(1, 8), Normalisation.L2(Draw(2, 8)), Draw(3, 6), -strongest * Uniform(4, 1).squeeze(-1).pow(4));
        var beta = Uniform(5, 1).squeeze(-1);
        var exact = GatedDeltaRule.Recurrent(q, k, v, beta, g);
        AssertSingleIsAccurate((t, d) => GatedDeltaRule.Chunkwise(t(q, d), t(k, d), t(v, d), t(beta, d), t(g, d)), exact);
    }

    /// <summary>Nearly equal keys with β = 1: a triangular inverse by a doubling product overflows here.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0.1)]
    public void Correlated_keys_do_not_spoil_the_triangular_solve(double noise)
    {
        using var scope = NewDisposeScope();
        var k = Normalisation.L2(ones(1, Length, 2, 8, dtype: ScalarType.Float64) + (noise * Draw(2, 8)));
        var (q, v, beta) = (Draw(1, 8), Draw(3, 6), ones(1, Length, 2, dtype: ScalarType.Float64));
        AssertSingleIsAccurate((t, d) => DeltaRule.Chunkwise(t(q, d), t(k, d), t(v, d), t(beta, d)), DeltaRule.Recurrent(q, k, v, beta));
    }

    [Fact]
    public void A_decay_of_minus_infinity_forgets_everything_and_stays_finite()
    {
        using var scope = NewDisposeScope();
        var (q, k, v, g) = (Draw(1, 8), Draw(2, 8), Draw(3, 6), (-Uniform(4, 8)).requires_grad_());
        var cut = g.index_fill(1, tensor(new long[] { 70 }), double.NegativeInfinity);
        var whole = GatedLinearAttention.Chunkwise(q, k, v, cut);
        var tail = GatedLinearAttention.Chunkwise(q.narrow(1, 70, 130), k.narrow(1, 70, 130), v.narrow(1, 70, 130), cut.narrow(1, 70, 130));
        Assert.InRange((whole.Output.narrow(1, 70, 130) - tail.Output).abs().max().item<double>(), 0, 1e-12);
        whole.Output.sum().backward();
        Assert.True(g.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_sequence_longer_than_a_segment_equals_its_parts()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9, CPU);
        Tensor Long(int width) => rand([1, 4500, 1, width], dtype: ScalarType.Float64, generator: generator);
        var (q, k, v, g, beta) = (Long(2), Normalisation.L2(Long(2)), Long(2), -0.1 * Long(2), Long(1).squeeze(-1));
        var whole = KimiDeltaRule.Chunkwise(q, k, v, beta, g);
        Tensor First(Tensor x) => x.narrow(1, 0, 1000);
        Tensor Rest(Tensor x) => x.narrow(1, 1000, 3500);
        var first = KimiDeltaRule.Chunkwise(First(q), First(k), First(v), First(beta), First(g));
        var rest = KimiDeltaRule.Chunkwise(Rest(q), Rest(k), Rest(v), Rest(beta), Rest(g), null, first.FinalState);
        Assert.InRange((whole.Output - cat([first.Output, rest.Output], 1)).abs().max().item<double>(), 0, 1e-12);
        Assert.InRange((whole.FinalState - rest.FinalState).abs().max().item<double>(), 0, 1e-12);
    }

    [Fact]
    public void Wrong_shapes_name_the_tensor_and_both_shapes()
    {
        using var scope = NewDisposeScope();
        var (q, k, v, beta) = (Draw(1, 8), Draw(2, 7), Draw(3, 6), Uniform(5, 1).squeeze(-1));
        var error = Assert.Throws<ArgumentException>(() => DeltaRule.Chunkwise(q, k, v, beta));
        Assert.Contains("k has the shape [1,200,2,7]; expected [1,200,2,8]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => DeltaRule.Chunkwise(q, q, v, beta, chunkLength: 0));
        Assert.Throws<ArgumentException>(() => DeltaRule.Chunkwise(q, q, v, beta, initialState: zeros(1, 2, 6, 8)));
    }

    private static void AssertSingleIsAccurate(Func<Func<Tensor, ScalarType, Tensor>, ScalarType, RecurrentOutput> chunkwise, RecurrentOutput exact)
    {
        var single = chunkwise((x, type) => x.to_type(type), ScalarType.Float32);
        foreach (var (expected, actual) in new[] { (exact.Output, single.Output), (exact.FinalState, single.FinalState) })
        {
            var error = ((expected - actual.to_type(ScalarType.Float64)).abs().max() / expected.abs().max()).item<double>();
            Assert.True(error <= 1e-5, $"off by {error:G3} relative");
        }
    }

    private static Tensor Draw(ulong seed, int width)
    {
        using var generator = new Generator(seed, CPU);
        return Round(randn([1, Length, 2, width], dtype: ScalarType.Float64, generator: generator));
    }

    private static Tensor Uniform(ulong seed, int width)
    {
        using var generator = new Generator(seed, CPU);
        return Round(rand([1, Length, 2, width], dtype: ScalarType.Float64, generator: generator));
    }

    // Exact in float32, so that only the operator's own rounding is measured.
    private static Tensor Round(Tensor x) => (x * 1024).round() / 1024;
}
