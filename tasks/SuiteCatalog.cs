using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks;

/// <summary>Every suite of this program, listed by hand: a new suite is one class and one line here.</summary>
public static class SuiteCatalog
{
    /// <summary>The suites, in the order <c>lt2 list suites</c> prints them.</summary>
    public static IReadOnlyList<ISuite> All { get; } = Checked(
    [
        new Recall.MqarSuite(),
        new StateTracking.ParitySuite(),
        new Recall.InContextRecallSuite(),
        new Recall.FuzzyRecallSuite(),
        new Recall.CopyingSuite(),
        new Recall.MemorizationSuite(),
        new Recall.MultiHopRecallSuite(),
        new Recall.SyntheticNeedleSuite(),
        new StateTracking.ModularArithmeticSuite(),
        new StateTracking.GroupWordsSuite(),
        new StateTracking.StateBasedRecallSuite(),
        new StateTracking.PermutationTextSuite(),
        new Perplexity.PerplexitySuite(),
        new MultipleChoice.MultipleChoiceSuite(),
        new TextTasks.BenchmarkSuite(),
        new Generation.NeedleSuite(),
    ]);

    /// <summary>Refuses suites that share an id or lack a version: a programmer's mistake, found at start-up.</summary>
    /// <exception cref="InvalidOperationException">Names every offender.</exception>
    public static IReadOnlyList<ISuite> Checked(IReadOnlyList<ISuite> suites)
    {
        var problems = Problems(suites);
        return problems.Count == 0 ? suites : throw new InvalidOperationException(string.Join(Environment.NewLine, problems));
    }

    /// <summary>What is wrong with a list of suites.</summary>
    internal static IReadOnlyList<string> Problems(IReadOnlyList<ISuite> suites) =>
    [
        .. suites.GroupBy(suite => suite.Id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => $"Suite id '{group.Key}' is used by {group.Count()} suites."),
        .. suites.Where(suite => suite.Version < 1).Select(suite => $"Suite '{suite.Id}' has version {suite.Version}; versions start at 1."),
    ];
}
