using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>
/// Ids 0 … order − 1 are the group's elements, order is the begin token, which stands first and has no label. Elements are drawn uniformly
/// with replacement; with fewer active tokens than elements the other places, chosen at random, hold the identity.
/// </summary>
internal sealed class GroupWordsGenerator(FiniteGroup group, TrainingLengths lengths, int activeTokens, bool transpositionsOnly) : SequenceGenerator
{
    public override int VocabularySize => group.Order + 1;

    public override int MaximumLength => lengths.Maximum + 1;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
    [
        AccuracyMetrics.CreateShare(group.Order, lengths.Maximum),
        AccuracyMetrics.CreateLast(group.Order),
        AccuracyMetrics.CreateSequence(group.Order, lengths.Maximum),
    ];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(0, group.Order)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        int length = lengths.Draw(random, split);
        SequenceDraft draft = new(length + 1);
        draft.InputIds[0] = group.Order;
        bool[] isActive = new bool[length];
        foreach (int place in random.Distinct(length, Math.Min(activeTokens, length))) isActive[place] = true;
        int state = 0;
        for (int i = 0; i < length; i++)
        {
            int element = isActive[i] ? DrawElement(random) : 0;
            state = group.Multiply(element, state);
            draft.InputIds[i + 1] = element;
            draft.Labels[i + 1] = state;
        }

        return draft;
    }

    public override string? GetLabelSlice(int ordinal) => IndexSlices.Name(ordinal);

    private int DrawElement(SampleRandom random) =>
        transpositionsOnly ? group.Transpositions[random.Below(group.Transpositions.Count)] : random.Below(group.Order);
}
