using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>
/// Ids: 0 QUERY, 1 … maximumHops the hop counts, then the nodes. Layout: (node, next) × pairs, QUERY, hop count, start nodes with the labels.
/// One cycle goes through all nodes shown. Training samples draw the hop count from minimumHops to hops; others have hops.
/// </summary>
internal sealed class MultiHopRecallGenerator(int pairs, int vocabulary, int minimumHops, int hops, int maximumHops, int queries) : SequenceGenerator
{
    private readonly int firstNode = maximumHops + 1;

    public override int VocabularySize => firstNode + vocabulary;

    public override int MaximumLength => 2 * pairs + 2 + queries;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
        [AccuracyMetrics.CreateShare(vocabulary, queries), AccuracyMetrics.CreateSequence(vocabulary, queries)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(maximumHops + 1, vocabulary)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        SequenceDraft draft = new(MaximumLength);
        int count = split == SampleSplit.Train ? random.Between(minimumHops, hops) : hops;
        int[] cycle = [.. random.Distinct(vocabulary, pairs).Select(node => firstNode + node)];
        int[] order = random.Permutation(pairs);
        for (int i = 0; i < pairs; i++)
        {
            draft.InputIds[2 * i] = cycle[order[i]];
            draft.InputIds[2 * i + 1] = cycle[(order[i] + 1) % pairs];
        }

        draft.InputIds[2 * pairs + 1] = count; // QUERY, at the index before, is 0
        int[] starts = random.Distinct(pairs, queries);
        for (int i = 0; i < queries; i++)
        {
            int index = 2 * pairs + 2 + i;
            draft.InputIds[index] = cycle[starts[i]];
            draft.Labels[index] = cycle[(starts[i] + count) % pairs];
        }

        return draft;
    }
}
