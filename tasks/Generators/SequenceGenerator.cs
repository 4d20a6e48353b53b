using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>Makes the sequences of one case: all parameters are fixed, only the random draws differ.</summary>
public abstract class SequenceGenerator
{
    /// <summary>Ids are in [0, VocabularySize).</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Longest sequence, in tokens.</summary>
    public abstract int MaximumLength { get; }

    /// <summary>Metrics of <see cref="AccuracyMetrics"/>; the first is the headline.</summary>
    public abstract IReadOnlyList<MetricDefinition> Metrics { get; }

    /// <summary>The ids among which an uninformed answerer chooses; chance is stated for a uniform choice.</summary>
    public abstract IReadOnlyList<int> AnswerIds { get; }

    /// <summary>Makes a sequence; everything random comes from <paramref name="random"/>.</summary>
    public abstract SequenceDraft Generate(SampleRandom random, SampleSplit split);

    /// <summary>The slice that a label counts for by its place among the sequence's labels (0 is the first); null for none.</summary>
    public virtual string? GetLabelSlice(int ordinal) => null;
}
