using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Tests.Generators;

/// <summary>What holds for every generated suite of the catalogue.</summary>
public sealed class EveryGeneratedSuiteTests
{
    private static GeneratedCase CreateCase(string suite, string task, string parameters) =>
        SuiteFixture.CreateCase(suite, task, parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void Same_seed_gives_the_pinned_bytes(string suite, string task, string parameters, string digest) =>
        Assert.Equal(digest, SampleDigest.Compute(CreateCase(suite, task, parameters), SampleSplit.Test, 1, 64));

    [Fact]
    public void Every_generated_task_of_the_catalogue_has_a_pinned_case()
    {
        IEnumerable<(string, string)> tasks = SuiteCatalog.All.OfType<GeneratedSuite>().SelectMany(suite => suite.Tasks.Select(task => (suite.Id, task.Id)));
        Assert.Empty(tasks.Except(PinnedCases.All.Select(row => (row.Data.Item1, row.Data.Item2))));
    }

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void Samples_do_not_depend_on_the_order_in_which_they_are_asked_for(string suite, string task, string parameters, string digest)
    {
        _ = digest;
        GeneratedCase first = CreateCase(suite, task, parameters), second = CreateCase(suite, task, parameters);
        TokenSample[] forward = [.. Enumerable.Range(0, 8).Select(index => first.GetSample(SampleSplit.Train, 3, index))];
        TokenSample[] backward = [.. Enumerable.Range(0, 8).Reverse().Select(index => second.GetSample(SampleSplit.Train, 3, index)).Reverse()];
        Assert.All(forward.Zip(backward), pair =>
        {
            Assert.Equal(pair.First.Id, pair.Second.Id);
            Assert.Equal(pair.First.InputIds, pair.Second.InputIds);
            Assert.Equal(pair.First.Labels, pair.Second.Labels);
        });
    }

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void Ids_lengths_and_labels_keep_the_case_promises(string suite, string task, string parameters, string digest)
    {
        _ = digest;
        GeneratedCase generated = CreateCase(suite, task, parameters);
        foreach (SampleSplit split in Enum.GetValues<SampleSplit>())
        {
            for (int index = 0; index < 100; index++)
            {
                TokenSample sample = generated.GetSample(split, 11, index);
                Assert.InRange(sample.InputIds.Length, 1, generated.MaximumLength);
                Assert.Equal(sample.InputIds.Length, sample.Labels.Length);
                Assert.All(sample.InputIds, id => Assert.InRange(id, 0, generated.VocabularySize - 1));
                int[] labelled = sample.LabelledIndices();
                Assert.NotEmpty(labelled);
                if (split == SampleSplit.Test) Assert.All(labelled, at => Assert.Contains(sample.Labels[at], generated.AnswerIds));
                else Assert.All(labelled, at => Assert.InRange(sample.Labels[at], 0, generated.VocabularySize - 1));
            }
        }
    }

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void The_right_answer_scores_one_and_a_wrong_one_zero(string suite, string task, string parameters, string digest)
    {
        _ = digest;
        GeneratedCase generated = CreateCase(suite, task, parameters);
        TokenSample sample = generated.GetSample(SampleSplit.Test, 2, 0);
        SampleScore right = generated.Score(sample, SuiteFixture.RightAnswer(sample));
        SampleScore wrong = generated.Score(sample, SuiteFixture.Answer(sample.LabelledIndices().Select(_ => -1)));
        Assert.All(right.Contributions, contribution => Assert.Equal((1.0, 1.0), (contribution.Numerator, contribution.Denominator)));
        Assert.All(wrong.Contributions, contribution => Assert.Equal((0.0, 1.0), (contribution.Numerator, contribution.Denominator)));
        Assert.Equal(generated.Metrics.Select(metric => metric.Name), right.Contributions.Where(c => c.Slice is null).Select(c => c.Metric));
        Assert.Equal(right.Answer, right.Expected);
        Assert.NotEqual(wrong.Answer, wrong.Expected);
    }

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void A_uniform_answerer_scores_chance_within_error(string suite, string task, string parameters, string digest)
    {
        _ = digest;
        const int Samples = 2_000;
        GeneratedCase generated = CreateCase(suite, task, parameters);
        SampleRandom random = new(new Xoshiro256(21, 22, 23, 24));
        SampleScore[] scores = [.. Enumerable.Range(0, Samples).Select(index =>
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 4, index);
            return generated.Score(sample, SuiteFixture.Answer(
                sample.LabelledIndices().Select(_ => generated.AnswerIds[random.Below(generated.AnswerIds.Count)])));
        })];
        Assert.All(generated.Metrics, metric =>
        {
            double chance = Assert.NotNull(metric.Chance);
            double error = Math.Sqrt(chance * (1 - chance) / Samples); // of a binary metric; a share of several labels varies less
            Assert.InRange(scores.Average(score => score.Value(metric.Name)), chance - 4.5 * error, chance + 4.5 * error + 1.0 / Samples);
        });
    }

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void No_test_sequence_is_ever_trained_on_where_the_space_is_large(string suite, string task, string parameters, string digest)
    {
        _ = digest;
        GeneratedCase generated = CreateCase(suite, task, parameters);
        string[] trained = Read(SampleSplit.Train, 4_000), tested = Read(SampleSplit.Test, 1_000);
        // A small task repeats sequences within its own training stream; its test sequences cannot all be new, and its card says so.
        Assert.Equal(PinnedCases.HaveFewSequences.Contains((task, parameters)), trained.Distinct().Count() < trained.Length);
        if (!PinnedCases.HaveFewSequences.Contains((task, parameters))) Assert.Empty(tested.Intersect(trained));

        string[] Read(SampleSplit split, int count) =>
            [.. Enumerable.Range(0, count).Select(index => string.Join(' ', generated.GetSample(split, 1, index).InputIds))];
    }

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void Metrics_state_direction_unit_floor_and_chance(string suite, string task, string parameters, string digest)
    {
        _ = digest;
        Assert.All(CreateCase(suite, task, parameters).Metrics, metric =>
        {
            Assert.Equal(MetricDirection.HigherIsBetter, metric.Direction);
            Assert.Equal("1", metric.Unit);
            Assert.True(metric.PracticalFloor > 0);
            Assert.InRange(Assert.NotNull(metric.Chance), 0, 0.999);
        });
    }

    [Theory]
    [MemberData(nameof(PinnedCases.All), MemberType = typeof(PinnedCases))]
    public void Defaults_are_accepted_as_they_are_listed(string suite, string task, string parameters, string digest)
    {
        _ = digest;
        _ = parameters;
        TaskDescription listed = SuiteCatalog.All.Single(s => s.Id == suite).Tasks.Single(t => t.Id == task);
        GeneratedCase explicitly = SuiteFixture.CreateCase(suite, task, [.. listed.Parameters.Select(p => $"{p.Key}={p.Value}")]);
        Assert.Equal(SuiteFixture.CreateCase(suite, task).Parameters, explicitly.Parameters);
    }

    [Fact]
    public void A_response_of_another_length_is_refused()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("parity", "parity");
        TokenSample sample = generated.GetSample(SampleSplit.Test, 1, 0);
        ArgumentException error = Assert.Throws<ArgumentException>(() => generated.Score(sample, SuiteFixture.Answer([1, 2])));
        Assert.Contains("16 labels, the response 2 answers", error.Message);
    }
}
