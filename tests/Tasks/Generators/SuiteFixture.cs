using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Tests.Generators;

/// <summary>Short ways to cases and answers.</summary>
internal static class SuiteFixture
{
    /// <summary>A case of a suite of the catalogue; parameters are written "name=value".</summary>
    public static GeneratedCase CreateCase(string suiteId, string taskId, params string[] parameters) =>
        (GeneratedCase)SuiteCatalog.All.Single(suite => suite.Id == suiteId).CreateCase(new CaseSpecification(
            taskId, parameters.Select(text => text.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1])));

    /// <summary>Indices that carry a label.</summary>
    public static int[] LabelledIndices(this TokenSample sample) =>
        [.. Enumerable.Range(0, sample.Labels.Length).Where(index => sample.Labels[index] != TokenSample.NoLabel)];

    /// <summary>A response that names these ids at the labelled indices.</summary>
    public static TokenResponse Answer(IEnumerable<int> ids)
    {
        int[] predicted = [.. ids];
        return new TokenResponse([.. predicted], [.. predicted.Select(_ => 0.0)]);
    }

    /// <summary>The response that is right everywhere.</summary>
    public static TokenResponse RightAnswer(TokenSample sample) => Answer(sample.LabelledIndices().Select(index => sample.Labels[index]));

    /// <summary>The whole-case value of a metric in a score.</summary>
    public static double Value(this SampleScore score, string metric) => score.Contributions.Single(c => c.Metric == metric && c.Slice is null).Numerator;
}
