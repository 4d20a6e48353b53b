using CsCheck;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class OperatorShapePropertyTests
{
    private const int Iterations = 60;

    private static readonly Gen<Sizes> AnySizes = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 20], Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 5], Gen.Int[1, 5], Gen.Bool, Gen.Int[1, 1_000_000])
        .Select((length, chunk, heads, groups, key, value, initial, seed) => new Sizes(length, chunk, heads, groups, key, value, initial, seed));

    public OperatorShapePropertyTests() => TorchRuntime.SetThreads(1);

    [Fact]
    public void The_delta_rules_have_equal_forms_for_any_shape() => Check((s, draw) =>
    {
        var (q, k, v, beta) = (draw(s.Heads, s.Key), Normalisation.L2(draw(s.Heads, s.Key)), draw(s.ValueHeads, s.Value), draw(s.ValueHeads, 1).squeeze(-1).sigmoid());
        var (scalar, vector) = (-draw(s.ValueHeads, 1).squeeze(-1).square(), -draw(s.ValueHeads, s.Key).square());
        AssertEqual(DeltaRule.Chunkwise(q, k, v, beta, null, s.State(), s.Chunk), DeltaRule.Recurrent(q, k, v, beta, null, s.State()));
        AssertEqual(GatedDeltaRule.Chunkwise(q, k, v, beta, scalar, null, s.State(), s.Chunk), GatedDeltaRule.Recurrent(q, k, v, beta, scalar, null, s.State()));
        AssertEqual(KimiDeltaRule.Chunkwise(q, k, v, beta, vector, null, s.State(), s.Chunk), KimiDeltaRule.Recurrent(q, k, v, beta, vector, null, s.State()));
    });

    [Fact]
    public void The_plain_recurrences_have_equal_forms_for_any_shape() => Check((s, draw) =>
    {
        var (q, k, v, g) = (draw(s.ValueHeads, s.Key), draw(s.ValueHeads, s.Key), draw(s.ValueHeads, s.Value), -draw(s.ValueHeads, s.Key).square());
        AssertEqual(LinearAttention.Chunkwise(q, k, v, null, s.State(), s.Chunk), LinearAttention.Recurrent(q, k, v, null, s.State()));
        AssertEqual(Retention.Chunkwise(q, k, v, null, s.State(), s.Chunk), Retention.Recurrent(q, k, v, null, s.State()));
        AssertEqual(GatedLinearAttention.Chunkwise(q, k, v, g, null, s.State(), s.Chunk), GatedLinearAttention.Recurrent(q, k, v, g, null, s.State()));
        var dt = draw(s.ValueHeads, 1).squeeze(-1).abs();
        var (B, C) = (draw(s.Heads, s.Key), draw(s.Heads, s.Key));
        AssertEqual(StateSpaceDuality.Chunkwise(v, dt, -2 * dt, B, C, null, s.State(), s.Chunk), StateSpaceDuality.Recurrent(v, dt, -2 * dt, B, C, null, s.State()));
    });

    [Fact]
    public void The_generalised_delta_rule_has_equal_forms_for_any_shape() => Check((s, draw) =>
    {
        var (r, w, k, v) = (draw(s.Heads, s.Key), -draw(s.Heads, s.Key).square(), draw(s.Heads, s.Key), draw(s.Heads, s.Value));
        var kappa = Normalisation.L2(draw(s.Heads, s.Key));
        var (a, b) = (-kappa, kappa * draw(s.Heads, s.Key).sigmoid());
        var state = s.Initial ? s.Draw(99, s.Heads, s.Key, s.Value) : null;
        AssertEqual(DiagonalPlusLowRank.Chunkwise(r, w, k, v, a, b, 1, state, s.Chunk), DiagonalPlusLowRank.Recurrent(r, w, k, v, a, b, 1, state));
    });

    [Fact]
    public void Several_writes_a_token_equal_the_delta_rule_applied_write_by_write() => Check((s, draw) =>
    {
        var n = s.Groups;
        var (q, g) = (draw(s.Heads, s.Key), -draw(s.Heads, 1).squeeze(-1).square());
        Tensor Writes(ulong seed, int width) => s.Draw(seed, s.Length * n, s.Heads, width);
        var (k, v, beta) = (Normalisation.L2(Writes(51, s.Key)), Writes(52, s.Value), Writes(53, 1).squeeze(-1).sigmoid());
        var product = GatedDeltaProduct.Chunkwise(q, k, v, beta, g, n, null, null, s.Chunk);
        AssertEqual(product, GatedDeltaProduct.Recurrent(q, k, v, beta, g, n));
        // Token by token: decay once, then n plain delta-rule writes, then one read.
        Tensor? state = null;
        var rows = new List<Tensor>();
        for (var t = 0; t < s.Length; t++)
        {
            state = state is null ? null : state * g.narrow(1, t, 1).transpose(1, 2).unsqueeze(-1).exp();
            for (var j = 0; j < n; j++)
            {
                var at = (t * n) + j;
                var step = DeltaRule.Recurrent(q.narrow(1, t, 1), k.narrow(1, at, 1), v.narrow(1, at, 1), beta.narrow(1, at, 1), null, state);
                state = step.FinalState;
                if (j == n - 1)
                {
                    rows.Add(step.Output);
                }
            }
        }
        AssertEqual(product, new RecurrentOutput(cat(rows, 1), state!));
    });

    private static void Check(Action<Sizes, Func<int, int, Tensor>> property) => AnySizes.Sample(
        sizes =>
        {
            using var scope = NewDisposeScope();
            using var off = no_grad();
            var seed = 0UL;
            property(sizes, (heads, width) => sizes.Draw(++seed, sizes.Length, heads, width));
        },
        iter: Iterations, threads: 1);

    private static void AssertEqual(RecurrentOutput expected, RecurrentOutput actual)
    {
        foreach (var (a, b) in new[] { (expected.Output, actual.Output), (expected.FinalState, actual.FinalState) })
        {
            Assert.Equal(a.shape, b.shape);
            var error = ((a - b).abs().max() / a.abs().max().clamp_min(1e-6)).item<double>();
            Assert.True(error <= 1e-9, $"forms differ by {error:G3} relative");
        }
    }

    private sealed record Sizes(int Length, int Chunk, int Heads, int Groups, int Key, int Value, bool Initial, int Seed)
    {
        public int ValueHeads => Heads * Groups;

        public Tensor? State() => Initial ? Draw(77, ValueHeads, Key, Value) : null;

        public Tensor Draw(ulong seed, long second, long third, long fourth)
        {
            using var generator = new Generator(((ulong)Seed * 1000) + seed, CPU);
            return randn([2, second, third, fourth], dtype: ScalarType.Float64, generator: generator);
        }
    }
}
