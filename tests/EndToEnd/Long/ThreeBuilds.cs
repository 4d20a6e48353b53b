namespace LT2.Eval.EndToEnd.Tests.Long;

/// <summary>Published programs for <see cref="TwoBuildsTests"/>: the accepted one, one that sleeps in every forward pass, and one that gets one answer in a thousand wrong.</summary>
public sealed class ThreeBuilds : IDisposable
{
    private const string Model = "baselines/Looping/LoopedModel.cs", Scorer = "harness/Execution/GeneratedScorer.cs";

    private readonly PublishedBuild? sources;

    public ThreeBuilds()
    {
        if (!LongTests.AreWanted)
        {
            return;
        }

        sources = new PublishedBuild();
        Accepted = sources.Publish("accepted");
        const string declaration = "public Tensor Advance(Tensor ids, LoopState state, bool lastPositionOnly = false)\n    {\n";
        sources.Replace(Model, declaration, $"{declaration}        System.Threading.Thread.Sleep(50);\n");
        Slower = sources.Publish("slower");
        sources.Restore(Model);
        sources.Replace(
            Scorer,
            "item.Score(sample, responses[loop][row])",
            $"item.Score(sample, first + row == {FlippedIndex} ? responses[loop][row] with {{ PredictedIds = [.. responses[loop][row].PredictedIds.Select(_ => -1)] }} : responses[loop][row])");
        Flipped = sources.Publish("flipped");
    }

    /// <summary>Index of the sample that the flipped build answers wrongly.</summary>
    public static int FlippedIndex => 500;

    public string Accepted { get; } = "";

    public string Slower { get; } = "";

    public string Flipped { get; } = "";

    public void Dispose() => sources?.Dispose();
}
