using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>
/// Data are 0 … V − 3, blank is V − 2, copy V − 1. Layout: length − n − 1 tokens that hold the n data, copy, n blanks with the labels. Plain:
/// data first. Selective: the last datum stands right before copy, the others at uniformly chosen places before it.
/// </summary>
internal sealed class CopyingGenerator(int length, int tokens, int vocabulary, bool isSelective) : SequenceGenerator
{
    public override int VocabularySize => vocabulary;

    public override int MaximumLength => length;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
        [AccuracyMetrics.CreateShare(vocabulary - 2, tokens), AccuracyMetrics.CreateSequence(vocabulary - 2, tokens)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(0, vocabulary - 2)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        SequenceDraft draft = new(length);
        Array.Fill(draft.InputIds, vocabulary - 2);
        int copyIndex = length - tokens - 1;
        draft.InputIds[copyIndex] = vocabulary - 1;
        int[] places = isSelective
            ? [.. random.Distinct(copyIndex - 1, tokens - 1).Order(), copyIndex - 1]
            : [.. Enumerable.Range(0, tokens)];
        for (int i = 0; i < tokens; i++)
        {
            int datum = random.Below(vocabulary - 2);
            draft.InputIds[places[i]] = datum;
            draft.Labels[copyIndex + 1 + i] = datum;
        }

        return draft;
    }
}
