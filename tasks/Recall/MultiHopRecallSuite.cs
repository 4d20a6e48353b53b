using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>Recall in several steps: follow a chain of pairs.</summary>
public sealed class MultiHopRecallSuite : GeneratedSuite
{
    /// <inheritdoc/>
    public override string Id => "multi-hop-recall";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        "Pairs node → next node in random order, which form one cycle; then a hop count and start nodes. At each start the model must name the node "
        + "that many hops further. Each hop is one more dependent lookup, which a loop could supply. Naming any node shown scores 1/pairs.";

    /// <inheritdoc/>
    public override string Source => "k-hop pointer chasing, in the spirit of Sanford et al., arXiv 2402.09268; layout and generator are our own";

    /// <inheritdoc/>
    protected override IReadOnlyList<GeneratedTask> GeneratedTasks { get; } =
    [
        new("multi-hop-recall", "Follow a chain of pairs for a given number of hops",
            [
                new IntegerParameter("pairs", 8, 2, 16_384),
                new IntegerParameter("vocabulary", 64, 2, 1_048_576),
                new IntegerParameter("hops", 2, 1, 1_024),
                new IntegerParameter("minimumHops", "hops", 1, 1_024),
                new IntegerParameter("maximumHops", 8, 1, 1_024),
                new IntegerParameter("queries", 4, 1, 16_384),
            ],
            Check,
            options => new MultiHopRecallGenerator(
                options.Integer("pairs"), options.Integer("vocabulary"), options.Integer("minimumHops"), options.Integer("hops"),
                options.Integer("maximumHops"), options.Integer("queries"))),
    ];

    private static void Check(CaseOptions options)
    {
        int pairs = options.Integer("pairs"), hops = options.Integer("hops"), minimumHops = options.Integer("minimumHops");
        int vocabulary = options.Integer("vocabulary"), maximumHops = options.Integer("maximumHops"), queries = options.Integer("queries");
        options.Require(pairs <= vocabulary, $"{pairs} pairs need as many nodes; vocabulary is {vocabulary}.", "pairs", "vocabulary");
        options.Require(hops < pairs,
            $"hops is {hops}; a cycle of {pairs} pairs is back at its start after {pairs}. Raise pairs or lower hops.", "hops", "pairs");
        options.Require(minimumHops <= hops,
            $"minimumHops is {minimumHops}, above hops {hops}. Training draws from minimumHops to hops.", "minimumHops", "hops");
        options.Require(hops <= maximumHops,
            $"hops is {hops}; maximumHops, which fixes the vocabulary, is {maximumHops}. Raise it for every case that shares weights.", "hops", "maximumHops");
        options.Require(queries <= pairs, $"queries is {queries}; start nodes are distinct and there are {pairs}.", "queries", "pairs");
    }
}
