using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class LightningIndexerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(40)]
    public void The_best_visible_keys_are_chosen_and_equal_scores_go_to_the_lower_index(int count)
    {
        using var scope = NewDisposeScope();
        const int Queries = 9, Keys = 12;
        // Few different scores, so that most rows hold ties; both zeros are one score, and nothing below infinity is left out.
        var scores = randint(-2, 3, [2, Queries, Keys], dtype: ScalarType.Float32, generator: new Generator(5, CPU));
        scores = where(scores == 0, where(randint(0, 2, scores.shape, generator: new Generator(6, CPU)) == 0, tensor(0f), tensor(-0f)), scores);
        var visible = AttentionMask.Causal(RotaryEmbedding.Positions(Keys - Queries, Queries, CPU), Keys);

        var mask = LightningIndexer.Select(scores, visible, count);
        var indices = LightningIndexer.Indices(mask, count);

        for (var b = 0; b < 2; b++)
        {
            for (var t = 0; t < Queries; t++)
            {
                var expected = Enumerable.Range(0, t + Keys - Queries + 1).OrderByDescending(s => scores[b, t, s].item<float>() + 0f).ThenBy(s => s).Take(count).Order().ToList();
                Assert.Equal(expected, Enumerable.Range(0, Keys).Where(s => mask[b, t, s].item<bool>()));
                Assert.Equal([.. expected.Select(s => (long)s), .. Enumerable.Repeat(-1L, count - expected.Count)], indices[b, t].data<long>().ToArray());
            }
        }
    }

    [Fact]
    public void A_row_of_no_numbers_keeps_every_visible_key_so_that_nothing_hides_it()
    {
        using var scope = NewDisposeScope();
        var scores = zeros(1, 1, 6);
        scores[0, 0, 2] = float.NaN;
        var visible = tensor(new[] { true, true, true, true, false, false });

        Assert.Equal([true, true, true, true, false, false], LightningIndexer.Select(scores, visible, 2).data<bool>().ToArray());
    }
}
