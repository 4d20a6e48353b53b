using CsCheck;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.StateTracking;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.StateTracking;

public sealed class StateBasedRecallTests
{
    private const string Suite = "state-based-recall", Task = "state-based-recall", CurriculumTask = "state-based-recall-curriculum";

    private static ICurriculumSuite Curricula => SuiteCatalog.All.OfType<ICurriculumSuite>().Single(suite => suite.Id == Suite);

    /// <summary>Runs the swaps backwards from the question: whose initial address does the asked variable hold in the end?</summary>
    [Fact]
    public void Labels_agree_with_the_program_run_backwards() =>
        Gen.Select(Gen.Int[5, 40], Gen.Int[0, 60], Gen.Int[2, 16], Gen.Int[0, 1_000]).Sample((size, swaps, alphabet, index) =>
        {
            GeneratedCase generated = SuiteFixture.CreateCase(Suite, Task, $"size={size}", $"swaps={swaps}", $"valueAlphabet={alphabet}");
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            int firstVariable = 4 + alphabet, firstAddress = firstVariable + 5;
            Assert.Equal(size + 2 * swaps + 14, sample.InputIds.Length);
            Assert.Equal((1, 2, 3), (sample.InputIds[size], sample.InputIds[size + 11], sample.InputIds[^2]));

            int asked = sample.InputIds[^1], holder = asked;
            for (int i = swaps - 1; i >= 0; i--)
            {
                int left = sample.InputIds[size + 12 + 2 * i], right = sample.InputIds[size + 13 + 2 * i];
                Assert.NotEqual(left, right);
                if (holder == left) holder = right;
                else if (holder == right) holder = left;
            }

            int address = sample.InputIds[size + 2 + 2 * (holder - firstVariable)] - firstAddress;
            Assert.Equal(sample.InputIds[address], sample.Labels[^1]);
            Assert.Equal([sample.InputIds.Length - 1], sample.LabelledIndices());
            Assert.Equal(holder == asked ? "unmoved" : "moved", Assert.Single(sample.Slices));
        });

    [Fact]
    public void Initial_addresses_are_distinct_and_every_variable_is_asked()
    {
        GeneratedCase generated = SuiteFixture.CreateCase(Suite, Task);
        TokenSample[] samples = [.. Enumerable.Range(0, 200).Select(index => generated.GetSample(SampleSplit.Test, 1, index))];
        Assert.All(samples, sample => Assert.Equal(5, Enumerable.Range(0, 5).Select(variable => sample.InputIds[10 + 2 * variable]).Distinct().Count()));
        Assert.Equal([6, 7, 8, 9, 10], samples.Select(sample => sample.InputIds[^1]).Distinct().Order());
    }

    /// <summary>The shortcut that the moved slice exists for: right on every unmoved sample, a coin on the others.</summary>
    [Fact]
    public void Reading_the_initial_address_beats_chance_but_not_on_the_moved_slice()
    {
        GeneratedCase generated = SuiteFixture.CreateCase(Suite, Task, "size=16");
        SampleScore[] scores = [.. Enumerable.Range(0, 4_000).Select(index =>
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            int address = sample.InputIds[16 + 2 + 2 * (sample.InputIds[^1] - 6)] - 11;
            return generated.Score(sample, SuiteFixture.Answer([sample.InputIds[address]]));
        })];
        Assert.InRange(scores.Average(score => score.Value("acc")), 0.57, 0.63);
        Assert.InRange(scores.SelectMany(score => score.Contributions).Where(c => c.Slice == "moved").Average(c => c.Numerator), 0.46, 0.54);
    }

    [Fact]
    public void The_curriculum_has_the_published_stages_rule_and_budget()
    {
        CurriculumDefinition curriculum = Curricula.CreateCurriculum(new CaseSpecification(CurriculumTask, new Dictionary<string, string>()));
        Assert.Equal([8, 16, 32, 64, 128, 256], curriculum.Stages.Select(stage => stage.Size));
        Assert.Equal((0.9, "acc"), (curriculum.PromotionThreshold, curriculum.PromotionMetric));
        Assert.Equal((100_000, 1_000), (curriculum.StepsPerStage, curriculum.ValidationSamples));
        Assert.Equal(0.85, curriculum.SlicePromotionThresholds[StateBasedRecallSuite.MovedSlice]);
    }

    [Fact]
    public void Stages_share_one_vocabulary_and_tie_swaps_to_size()
    {
        CurriculumDefinition curriculum = Curricula.CreateCurriculum(new CaseSpecification(
            CurriculumTask, new Dictionary<string, string> { ["stages"] = "5, 9", ["maximumSize"] = "12", ["stepsPerStage"] = "40", ["promotion"] = "0.7" }));
        Assert.All(curriculum.Stages, stage => Assert.Equal(11 + 12, stage.Case.VocabularySize));
        Assert.Equal([5 + 10 + 14, 9 + 18 + 14], curriculum.Stages.Select(stage => stage.Case.MaximumLength));
        Assert.Equal((40, 0.7), (curriculum.StepsPerStage, curriculum.PromotionThreshold));
    }

    [Fact]
    public void Mixed_swaps_vary_in_training_alone()
    {
        CurriculumDefinition curriculum = Curricula.CreateCurriculum(new CaseSpecification(
            CurriculumTask, new Dictionary<string, string> { ["stages"] = "6", ["mixedSwaps"] = "true" }));
        IGeneratedCase stage = Assert.Single(curriculum.Stages).Case;
        int[] trained = [.. Enumerable.Range(0, 200).Select(index => stage.GetSample(SampleSplit.Train, 1, index).InputIds.Length).Distinct().Order()];
        Assert.Equal([20, 22, 24, 26, 28, 30, 32], trained);
        Assert.All(Enumerable.Range(0, 50), index => Assert.Equal(32, stage.GetSample(SampleSplit.Validation, 1, index).InputIds.Length));
    }

    [Fact]
    public void Every_stage_takes_the_labels_and_the_layout_of_the_curriculum()
    {
        CurriculumDefinition curriculum = Curricula.CreateCurriculum(new CaseSpecification(
            CurriculumTask, new Dictionary<string, string> { ["stages"] = "6,7", ["addresses"] = "written", ["trainingLabels"] = "every-pointer" }));
        Assert.All(curriculum.Stages, stage => Assert.Equal(("written", "every-pointer"), (stage.Case.Parameters["addresses"], stage.Case.Parameters["trainingLabels"])));
    }

    [Fact]
    public void Swaps_follow_size_and_minimum_follows_swaps_unless_set()
    {
        IReadOnlyDictionary<string, string> parameters = SuiteFixture.CreateCase(Suite, Task, "size=12").Parameters;
        Assert.Equal(("12", "12"), (parameters["swaps"], parameters["minimumSwaps"]));
    }

    [Fact]
    public void Bad_stages_are_told_at_once()
    {
        TaskException error = Assert.Throws<TaskException>(() => Curricula.CreateCurriculum(new CaseSpecification(
            CurriculumTask, new Dictionary<string, string> { ["stages"] = "16,8,300", ["promotion"] = "1.5", ["stepPerStage"] = "3" })));
        Assert.Equal(
            [
                "suite 'state-based-recall', task 'state-based-recall-curriculum': there is no parameter 'stepPerStage'. Did you mean 'stepsPerStage'?",
                "suite 'state-based-recall', task 'state-based-recall-curriculum': promotion is '1.5'; expected a number from 0 to 1.",
                "suite 'state-based-recall', task 'state-based-recall-curriculum': stages are 16,8,300; each must be larger than the one before.",
                "suite 'state-based-recall', task 'state-based-recall-curriculum': size 300 needs as many addresses; maximumSize, which fixes the "
                    + "vocabulary, is 256. Raise it for every case that shares weights.",
            ],
            error.Problems);
    }

    [Fact]
    public void More_variables_than_addresses_are_refused()
    {
        TaskException error = Assert.Throws<TaskException>(() => SuiteFixture.CreateCase(Suite, Task, "size=4"));
        Assert.Throws<TaskException>(() => SuiteFixture.CreateCase(Suite, Task, "variables=2"));
        Assert.Contains("size 4 has too few addresses for 5 variables", error.Message);
    }

    [Fact]
    public void A_task_without_stages_has_no_curriculum()
    {
        TaskException error = Assert.Throws<TaskException>(() => Curricula.CreateCurriculum(new CaseSpecification(Task, new Dictionary<string, string>())));
        Assert.Contains("the task with a curriculum is 'state-based-recall-curriculum'", error.Message);
    }
}
