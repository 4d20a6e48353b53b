using CsCheck;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.StateTracking;

public sealed class ParityTests
{
    [Fact]
    public void Every_label_counts_the_ones_so_far() => Gen.Select(Gen.Int[1, 90], Gen.Bool, Gen.Int[0, 1_000]).Sample((length, everyIndex, index) =>
    {
        GeneratedCase generated = SuiteFixture.CreateCase("parity", "parity", $"length={length}", $"labels={(everyIndex ? "every" : "last")}");
        TokenSample sample = generated.GetSample(SampleSplit.Test, 5, index);
        Assert.Equal(length, sample.InputIds.Length);
        Assert.Equal(everyIndex ? [.. Enumerable.Range(0, length)] : [length - 1], sample.LabelledIndices());
        foreach (int at in sample.LabelledIndices())
            Assert.Equal(sample.InputIds[..(at + 1)].Count(id => id == 2) % 2 == 0 ? 1 : 2, sample.Labels[at]);
    });

    [Fact]
    public void Training_lengths_cover_their_range_and_test_lengths_stay()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("parity", "parity", "length=8", "minimumLength=3");
        int[] trained = [.. Enumerable.Range(0, 300).Select(index => generated.GetSample(SampleSplit.Train, 1, index).InputIds.Length).Distinct().Order()];
        Assert.Equal([3, 4, 5, 6, 7, 8], trained);
        Assert.All(Enumerable.Range(0, 50), index => Assert.Equal(8, generated.GetSample(SampleSplit.Test, 1, index).InputIds.Length));
    }

    [Fact]
    public void A_curriculum_grows_the_length_and_promotes_on_the_last_index()
    {
        ICurriculumSuite suite = SuiteCatalog.All.OfType<ICurriculumSuite>().Single(suite => suite.Id == "parity");
        CurriculumDefinition curriculum = suite.CreateCurriculum(new CaseSpecification("parity-curriculum", new Dictionary<string, string> { ["stages"] = "4,9" }));
        Assert.Equal([(4, 4), (9, 9)], curriculum.Stages.Select(stage => (stage.Size, stage.Case.MaximumLength)));
        Assert.All(curriculum.Stages, stage => Assert.Contains(stage.Case.Metrics, metric => metric.Name == curriculum.PromotionMetric));
        Assert.Contains("each must be longer", Assert.Throws<TaskException>(() => suite.CreateCurriculum(
            new CaseSpecification("parity-curriculum", new Dictionary<string, string> { ["stages"] = "9,4" }))).Message);
        Assert.Contains("'parity-curriculum'", Assert.Throws<TaskException>(() => suite.CreateCurriculum(
            new CaseSpecification("parity", new Dictionary<string, string>()))).Message);
    }

    [Fact]
    public void A_minimum_above_the_length_is_refused()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase("parity", "parity", "length=8", "minimumLength=9"));
        Assert.Contains("minimumLength is 9, above length 8", error.Message);
    }

    [Fact]
    public void Slices_show_accuracy_against_the_index()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("parity", "parity", "length=8");
        TokenSample sample = generated.GetSample(SampleSplit.Test, 1, 0);
        int[] answers = [.. SuiteFixture.RightAnswer(sample).PredictedIds];
        answers[7] = 0;
        SampleScore score = generated.Score(sample, SuiteFixture.Answer(answers));
        Assert.Equal(
            [("index 1", 1), ("index 2", 1), ("index 3-4", 1), ("index 5-8", 0.75)],
            score.Contributions.Where(c => c.Slice is not null).Select(c => (c.Slice!, c.Numerator)));
        Assert.Equal(7.0 / 8, score.Value("acc"));
        Assert.Equal(0, score.Value("acc_last"));
    }
}
