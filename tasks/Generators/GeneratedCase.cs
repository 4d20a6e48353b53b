using System.Collections.Immutable;
using System.Globalization;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>A case of a <see cref="GeneratedSuite"/>.</summary>
public sealed class GeneratedCase : IGeneratedCase
{
    private readonly SequenceGenerator generator;
    private readonly SampleSeed sampleSeed;

    internal GeneratedCase(ISuite suite, GeneratedTask task, CaseOptions options)
    {
        SuiteId = suite.Id;
        SuiteVersion = suite.Version;
        TaskId = task.Id;
        Parameters = options.Canonical;
        generator = task.Create(options);
        sampleSeed = new SampleSeed(SuiteId, SuiteVersion, TaskId, Parameters);
    }

    /// <inheritdoc/>
    public string SuiteId { get; }

    /// <inheritdoc/>
    public int SuiteVersion { get; }

    /// <inheritdoc/>
    public string TaskId { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricDefinition> Metrics => generator.Metrics;

    /// <inheritdoc/>
    public int VocabularySize => generator.VocabularySize;

    /// <inheritdoc/>
    public int MaximumLength => generator.MaximumLength;

    /// <summary>The ids among which an uninformed answerer chooses; chance is stated for a uniform choice.</summary>
    public IReadOnlyList<int> AnswerIds => generator.AnswerIds;

    /// <inheritdoc/>
    public TokenSample GetSample(SampleSplit split, long seed, long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        SequenceDraft draft = generator.Generate(sampleSeed.CreateRandom(split, seed, index), split);
        string id = string.Create(CultureInfo.InvariantCulture, $"{sampleSeed.CaseDigest}-{split.ToString().ToLowerInvariant()}-{seed}-{index}");
        return new TokenSample(id, [.. draft.InputIds], [.. draft.Labels], null, [.. draft.Slices]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The response has another number of answers than the sample has labels.</exception>
    public SampleScore Score(TokenSample sample, TokenResponse response)
    {
        int[] labels = [.. sample.Labels.Where(label => label != TokenSample.NoLabel)];
        if (response.PredictedIds.Length != labels.Length)
            throw new ArgumentException($"Sample {sample.Id} has {labels.Length} labels, the response {response.PredictedIds.Length} answers.");
        bool[] right = [.. labels.Select((label, i) => response.PredictedIds[i] == label)];
        ImmutableArray<MetricContribution>.Builder contributions = ImmutableArray.CreateBuilder<MetricContribution>();
        foreach (MetricDefinition metric in Metrics)
        {
            double value = AccuracyMetrics.Evaluate(metric.Name, right);
            contributions.Add(new MetricContribution(metric.Name, value, 1));
            foreach (string slice in sample.Slices) contributions.Add(new MetricContribution(metric.Name, value, 1, slice));
        }

        foreach (IGrouping<string, bool> slice in right.Select((isRight, i) => (isRight, name: generator.GetLabelSlice(i)))
            .Where(label => label.name is not null).GroupBy(label => label.name!, label => label.isRight))
        {
            contributions.Add(new MetricContribution(AccuracyMetrics.Share, AccuracyMetrics.Evaluate(AccuracyMetrics.Share, [.. slice]), 1, slice.Key));
        }

        return new SampleScore(sample.Id, sample.ClusterId, contributions.DrainToImmutable(), Shorten(response.PredictedIds), Shorten(labels));
    }

    /// <summary>The last answers, which are the hard ones where difficulty grows with the index.</summary>
    private static string Shorten(IReadOnlyList<int> ids)
    {
        const int Shown = 16;
        string text = string.Join(' ', ids.Skip(Math.Max(0, ids.Count - Shown)).Select(id => id.ToString(CultureInfo.InvariantCulture)));
        return ids.Count > Shown ? $"… {text}" : text;
    }
}
