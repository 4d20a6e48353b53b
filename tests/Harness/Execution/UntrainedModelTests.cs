using LT2.Eval.Harness.Execution;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Tests.Execution;

/// <summary>The chance level that every case states, against a model that has learned nothing.</summary>
public sealed class UntrainedModelTests
{
    private const double StandardErrors = 4;

    // One small case a suite: sequences as short as its parameters allow.
    public static TheoryData<string, string, string> GeneratedCases => new()
    {
        { "mqar", "mqar", "length=32 pairs=4 vocabulary=32" },
        { "parity", "parity", "length=24" },
        { "in-context-recall", "in-context-recall", "length=32 vocabulary=8" },
        { "in-context-recall", "noisy-recall", "length=32 vocabulary=8 noiseVocabulary=4 noise=0.2" },
        { "fuzzy-recall", "fuzzy-recall", "length=48" },
        { "copying", "selective-copying", "length=32 tokens=8" },
        { "copying", "copying", "length=32 tokens=8" },
        { "memorization", "memorization", "length=32 vocabulary=32" },
        { "multi-hop-recall", "multi-hop-recall", "pairs=4 vocabulary=16 queries=2" },
        { "synthetic-needle", "synthetic-needle", "length=48 digits=3" },
        { "modular-arithmetic", "modular-arithmetic", "length=10" },
        { "modular-arithmetic", "modular-arithmetic-brackets", "length=16" },
        { "group-words", "s3", "length=12" },
        { "group-words", "a5", "length=12" },
        { "state-based-recall", "state-based-recall", "size=8 maximumSize=8" },
    };

    /// <summary>It names a token that need not be among the possible answers, so it may fall short of chance, but not beat it.</summary>
    [Theory]
    [MemberData(nameof(GeneratedCases))]
    public void An_untrained_model_does_not_beat_the_chance_of_a_generated_case(string suite, string task, string parameters)
    {
        var item = (IGeneratedCase)Case(suite, task, parameters);
        using var model = Create(item.VocabularySize);

        var scores = new GeneratedScorer(model, model.Device, [2], 100).Score(item, SampleSplit.Test, 1, 400, (_, _) => { }, TestContext.Current.CancellationToken)[0].Scores;

        foreach (var metric in Assess(item, scores))
        {
            Assert.InRange(metric.Value, 0, metric.Chance + (StandardErrors * metric.StandardError));
        }
    }

    /// <summary>It ranks the choices it is given, so it scores chance.</summary>
    [Fact]
    public void An_untrained_model_scores_chance_among_given_choices()
    {
        var item = (ITextCase)Case("permutation-text", "permutation-text", "");
        using var model = Create(new ByteTokenizer().VocabularySize);

        var scores = new TextScorer(model, model.Device, [1, 2], new ByteTokenizer(), 256, 50)
            .Score(item, new DataFolder("none"), 1, 600, (_, _) => { }, TestContext.Current.CancellationToken);

        Assert.All(scores, loop => Assert.All(Assess(item, loop.Scores), metric =>
            Assert.InRange(metric.Value, metric.Chance - (StandardErrors * metric.StandardError), metric.Chance + (StandardErrors * metric.StandardError))));
    }

    private static ICase Case(string suite, string task, string parameters)
    {
        var found = SuiteCatalog.All.Single(item => item.Id == suite);
        return found.CreateCase(new CaseSpecification(
            found.Tasks.Any(item => item.Id == task) ? task : found.Tasks[0].Id,
            parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1])));
    }

    private static LoopedModel Create(int vocabulary) => LoopedModel.Create(
        VariantCatalogue.Load().Resolve("lt2-gdn@micro").WithVocabulary(vocabulary), 5, ComputeDevice.Resolve("cpu"));

    // The error of a case that scores chance, sequences being clusters: p(1 − p) a sequence at most.
    private static IEnumerable<(double Value, double Chance, double StandardError)> Assess(ICase item, IReadOnlyList<SampleScore> scores)
    {
        var metrics = item.Metrics.Where(metric => metric is { Chance: not null, Direction: MetricDirection.HigherIsBetter }).ToList();
        Assert.NotEmpty(metrics);
        foreach (var metric in metrics)
        {
            var own = scores.SelectMany(score => score.Contributions).Where(part => part.Metric == metric.Name && part.Slice is null).ToList();
            yield return (own.Sum(part => part.Numerator) / own.Sum(part => part.Denominator), metric.Chance!.Value, Math.Sqrt(metric.Chance.Value * (1 - metric.Chance.Value) / scores.Count));
        }
    }
}
