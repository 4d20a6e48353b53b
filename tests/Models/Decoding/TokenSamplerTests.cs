using LT2.Eval.Models.Decoding;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Decoding;

public sealed class TokenSamplerTests
{
    static readonly float[] Probabilities = [0.1f, 0.4f, 0.05f, 0.25f, 0.2f];

    /// <summary>How often each token is drawn.</summary>
    static double[] Frequencies(SamplingOptions options, int draws = 20_000)
    {
        using var scope = torch.NewDisposeScope();
        var logits = torch.tensor(Probabilities).log().add(7).unsqueeze(0);
        var sampler = new TokenSampler(options);
        var counts = new double[Probabilities.Length];
        for (var position = 0; position < draws; position++) counts[sampler.Next(logits, [0], position)[0]] += 1.0 / draws;
        return counts;
    }

    static void Near(double[] expected, double[] actual) => Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 0.015));

    [Fact]
    public void Temperature_zero_takes_the_most_likely() => Assert.Equal(1, Frequencies(new SamplingOptions(), 10)[1], 1e-9);

    [Fact]
    public void Temperature_one_draws_by_probability() => Near([.. Probabilities.Select(p => (double)p)], Frequencies(new SamplingOptions(1)));

    [Fact]
    public void Temperature_half_squares_the_odds()
    {
        var squares = Probabilities.Select(p => (double)p * p).ToArray();
        Near([.. squares.Select(p => p / squares.Sum())], Frequencies(new SamplingOptions(0.5)));
    }

    [Fact]
    public void Top_k_keeps_the_k_most_likely() => Near([0, 0.4 / 0.65, 0, 0.25 / 0.65, 0], Frequencies(new SamplingOptions(1, TopK: 2)));

    [Fact]
    public void Top_p_keeps_the_fewest_that_reach_it() => Near([0, 0.4 / 0.85, 0, 0.25 / 0.85, 0.2 / 0.85], Frequencies(new SamplingOptions(1, TopP: 0.7)));

    [Fact]
    public void A_draw_does_not_depend_on_the_rest_of_the_batch()
    {
        using var scope = torch.NewDisposeScope();
        var logits = torch.tensor(Probabilities).log().unsqueeze(0).repeat(3, 1);
        var sampler = new TokenSampler(new SamplingOptions(1, Seed: 9));
        for (var position = 0; position < 50; position++)
            Assert.Equal(sampler.Next(logits, [4, 1, 2], position)[2], sampler.Next(logits.narrow(0, 0, 1), [2], position)[0]);
    }

    [Theory]
    [InlineData(-1.0, null, null, "temperature is -1")]
    [InlineData(1.0, 0, null, "top-k is 0")]
    [InlineData(1.0, null, 1.5, "top-p is 1.5")]
    public void Values_that_make_no_sense_are_said(double temperature, int? topK, double? topP, string expected) =>
        Assert.Contains(new SamplingOptions(temperature, topK, topP).Problems(), problem => problem.Contains(expected, StringComparison.Ordinal));
}
