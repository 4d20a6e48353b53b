using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Token 0 is padding and never drawn; 1 is a zero (even), 2 is a one (odd). A label is 1 + (number of ones so far mod 2).</summary>
internal sealed class ParityGenerator(TrainingLengths lengths, bool labelsEveryIndex) : SequenceGenerator
{
    private const int Even = 1;

    public override int VocabularySize => 3;

    public override int MaximumLength => lengths.Maximum;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
        [AccuracyMetrics.CreateShare(2, labelsEveryIndex ? lengths.Maximum : 1), AccuracyMetrics.CreateLast(2)];

    public override IReadOnlyList<int> AnswerIds { get; } = [Even, Even + 1];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        SequenceDraft draft = new(lengths.Draw(random, split));
        int parity = 0;
        for (int i = 0; i < draft.InputIds.Length; i++)
        {
            int bit = random.Below(2);
            parity ^= bit;
            draft.InputIds[i] = Even + bit;
            if (labelsEveryIndex || i == draft.InputIds.Length - 1) draft.Labels[i] = Even + parity;
        }

        return draft;
    }

    public override string? GetLabelSlice(int ordinal) => labelsEveryIndex ? IndexSlices.Name(ordinal) : null;
}
