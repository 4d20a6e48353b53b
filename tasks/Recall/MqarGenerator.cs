using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>
/// Token 0 is blank, keys are 1 … V/2 − 1, values V/2 … V − 1. Layout: k1 v1 k2 v2 … (times passes), then slots of two tokens; each key is
/// written once, at the start of a slot drawn without replacement by weight i^(power − 1), i = slot + 1. The label stands at that key.
/// </summary>
internal sealed class MqarGenerator(int length, int pairs, int vocabulary, decimal power, int passes, bool randomFiller) : SequenceGenerator
{
    private const int Blank = 0;
    private readonly int prefixLength = 2 * pairs * passes;
    private readonly ulong[] slotWeights = PowerLawWeights.Create((length - 2 * pairs * passes) / 2, power);

    public override int VocabularySize => vocabulary;

    public override int MaximumLength => length;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
        [AccuracyMetrics.CreateShare(vocabulary / 2, pairs), AccuracyMetrics.CreateSequence(vocabulary / 2, pairs)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(vocabulary / 2, vocabulary / 2)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        SequenceDraft draft = new(length);
        int[] keys = random.Distinct(vocabulary / 2 - 1, pairs);
        int[] values = random.Distinct(vocabulary / 2, pairs);
        for (int i = 0; i < prefixLength / 2; i++)
        {
            draft.InputIds[2 * i] = 1 + keys[i % pairs];
            draft.InputIds[2 * i + 1] = vocabulary / 2 + values[i % pairs];
        }

        int[] slots = random.DistinctWeighted(slotWeights, pairs);
        for (int i = 0; i < pairs; i++)
        {
            int index = prefixLength + 2 * slots[i];
            draft.InputIds[index] = 1 + keys[i];
            draft.Labels[index] = vocabulary / 2 + values[i];
        }

        if (randomFiller)
        {
            for (int i = prefixLength; i < length; i++)
            {
                if (draft.InputIds[i] == Blank) draft.InputIds[i] = random.Below(vocabulary);
            }
        }

        return draft;
    }
}
