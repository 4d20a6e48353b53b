using System.Collections.Immutable;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.Perplexity;

/// <summary>
/// Perplexities of a document from its log-likelihood. Sums run over the whole corpus before anything is divided or
/// exponentiated (the weighted mean of lm-evaluation-harness), so a document contributes its loss and its size.
/// </summary>
public static class PerplexityMetrics
{
    /// <summary>(−Σ ll / Σ bytes) / ln 2.</summary>
    public static readonly MetricDefinition BitsPerByte =
        new("bits_per_byte", MetricDirection.LowerIsBetter, MetricKind.Continuous, "bit/byte", 0.01, Chance: 8);

    /// <summary>exp(−Σ ll / Σ bytes).</summary>
    public static readonly MetricDefinition BytePerplexity =
        new("byte_perplexity", MetricDirection.LowerIsBetter, MetricKind.Continuous, "1", 0.02, Chance: 256, MetricTransform.ExponentialOfRatio);

    /// <summary>exp(−Σ ll / Σ words); words are the pieces between runs of blanks, empty pieces at the ends included.</summary>
    public static readonly MetricDefinition WordPerplexity =
        new("word_perplexity", MetricDirection.LowerIsBetter, MetricKind.Continuous, "1", 1, Transform: MetricTransform.ExponentialOfRatio);

    /// <summary>−Σ ll / Σ predicted tokens: depends on the tokenizer, so it compares only models that share one.</summary>
    public static readonly MetricDefinition TokenLoss =
        new("token_loss", MetricDirection.LowerIsBetter, MetricKind.Continuous, "nat/token", 0.01);

    /// <summary>The metrics of a document.</summary>
    /// <param name="countedText">The text whose words and bytes are counted.</param>
    /// <param name="response">Its log-likelihood; with token log-probabilities, losses by position are added as slices.</param>
    public static ImmutableArray<MetricContribution> Contributions(string countedText, TextResponse response)
    {
        var loss = -response.LogLikelihood;
        double bytes = PythonText.ByteCount(countedText);
        var contributions = ImmutableArray.CreateBuilder<MetricContribution>();
        contributions.Add(new MetricContribution(BitsPerByte.Name, loss / Math.Log(2), bytes));
        contributions.Add(new MetricContribution(BytePerplexity.Name, loss, bytes));
        contributions.Add(new MetricContribution(WordPerplexity.Name, loss, PythonText.SplitOnBlanks(countedText).Count));
        if (response.TokenLogProbabilities is { } tokens)
        {
            contributions.Add(new MetricContribution(TokenLoss.Name, -tokens.Sum(), tokens.Count));
            contributions.AddRange(tokens
                .Select((logProbability, position) => (Slice: PositionSlice(position), logProbability))
                .GroupBy(pair => pair.Slice, pair => pair.logProbability)
                .Select(group => new MetricContribution(TokenLoss.Name, -group.Sum(), group.Count(), group.Key)));
        }

        return contributions.ToImmutable();
    }

    /// <summary>Name of the slice of a token's position in its document: widths of 128 up to 1,024, then doubling.</summary>
    public static string PositionSlice(int position)
    {
        var first = position < 1024 ? position / 128 * 128 : 1 << (31 - int.LeadingZeroCount(position));
        var last = position < 1024 ? first + 127 : (2 * first) - 1;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"position {first}-{last}");
    }
}
