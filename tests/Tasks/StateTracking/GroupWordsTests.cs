using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.StateTracking;

public sealed class GroupWordsTests
{
    /// <summary>Permutations by their Lehmer code: the element's index in factorial digits, with no list of permutations in between.</summary>
    private static int[] Unrank(int index, int points)
    {
        List<int> left = [.. Enumerable.Range(0, points)];
        int[] images = new int[points];
        for (int i = 0; i < points; i++)
        {
            int block = Enumerable.Range(1, points - 1 - i).Aggregate(1, (product, factor) => product * factor);
            images[i] = left[index / block];
            left.RemoveAt(index / block);
            index %= block;
        }

        return images;
    }

    private static int Sign(int[] images) =>
        Enumerable.Range(0, images.Length).Sum(i => Enumerable.Range(0, i).Count(j => images[j] > images[i])) % 2 == 0 ? 1 : -1;

    private static int[][] EvenPermutations(int points) =>
        [.. Enumerable.Range(0, Enumerable.Range(1, points).Aggregate((a, b) => a * b)).Select(index => Unrank(index, points)).Where(p => Sign(p) == 1)];

    /// <summary>Follows each point through the word by itself; the product is what happened to all of them.</summary>
    private static void CheckPermutationWords(string task, int[][] elements, params string[] parameters)
    {
        GeneratedCase generated = SuiteFixture.CreateCase("group-words", task, parameters);
        for (int index = 0; index < 50; index++)
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            Assert.Equal(elements.Length, sample.InputIds[0]);
            Assert.Equal(TokenSample.NoLabel, sample.Labels[0]);
            int[] points = [.. Enumerable.Range(0, elements[0].Length)];
            for (int at = 1; at < sample.InputIds.Length; at++)
            {
                points = [.. points.Select(point => elements[sample.InputIds[at]][point])];
                Assert.Equal(points, elements[sample.Labels[at]]);
            }
        }
    }

    [Fact]
    public void S3_labels_follow_every_point() => CheckPermutationWords("s3", [.. Enumerable.Range(0, 6).Select(index => Unrank(index, 3))]);

    [Fact]
    public void S5_labels_follow_every_point() => CheckPermutationWords("s5", [.. Enumerable.Range(0, 120).Select(index => Unrank(index, 5))]);

    [Fact]
    public void A5_labels_follow_every_point() => CheckPermutationWords("a5", EvenPermutations(5));

    [Fact]
    public void Transpositions_alone_swap_two_points()
    {
        int[][] elements = [.. Enumerable.Range(0, 120).Select(index => Unrank(index, 5))];
        CheckPermutationWords("s5", elements, "elements=transpositions");
        GeneratedCase generated = SuiteFixture.CreateCase("group-words", "s5", "elements=transpositions", "length=256");
        int[] used = [.. generated.GetSample(SampleSplit.Test, 1, 0).InputIds.Skip(1).Distinct()];
        Assert.Equal(10, used.Length);
        Assert.All(used, id => Assert.Equal(2, elements[id].Where((image, point) => image != point).Count()));
    }

    [Theory]
    [InlineData("z60", 60)]
    [InlineData("cyclic", 7, "order=7")]
    public void Cyclic_labels_are_sums(string task, int order, params string[] parameters)
    {
        TokenSample sample = SuiteFixture.CreateCase("group-words", task, parameters).GetSample(SampleSplit.Test, 1, 0);
        for (int at = 1; at < sample.InputIds.Length; at++) Assert.Equal(sample.InputIds[1..(at + 1)].Sum() % order, sample.Labels[at]);
    }

    [Fact]
    public void A4xZ5_labels_are_a_permutation_beside_a_sum()
    {
        int[][] elements = EvenPermutations(4);
        TokenSample sample = SuiteFixture.CreateCase("group-words", "a4xz5").GetSample(SampleSplit.Test, 1, 0);
        int[] points = [0, 1, 2, 3];
        for (int at = 1; at < sample.InputIds.Length; at++)
        {
            points = [.. points.Select(point => elements[sample.InputIds[at] / 5][point])];
            Assert.Equal(points, elements[sample.Labels[at] / 5]);
            Assert.Equal(sample.InputIds[1..(at + 1)].Sum(id => id % 5) % 5, sample.Labels[at] % 5);
        }
    }

    [Fact]
    public void Active_tokens_bound_the_elements_that_differ_from_the_identity()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("group-words", "s5", "length=40", "activeTokens=6");
        int[] active = [.. Enumerable.Range(0, 200).Select(index => generated.GetSample(SampleSplit.Train, 1, index).InputIds.Skip(1).Count(id => id != 0))];
        Assert.Equal(6, active.Max());
        Assert.True(active.Average() > 5.5);
    }

    [Fact]
    public void Words_have_three_accuracies_and_slices_by_index()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("group-words", "a5", "length=4");
        TokenSample sample = generated.GetSample(SampleSplit.Test, 1, 0);
        int[] answers = [.. SuiteFixture.RightAnswer(sample).PredictedIds];
        answers[2] = 60;
        SampleScore score = generated.Score(sample, SuiteFixture.Answer(answers));
        Assert.Equal((0.75, 1.0, 0.0), (score.Value("acc"), score.Value("acc_last"), score.Value("acc_sequence")));
        Assert.Equal(0.5, score.Contributions.Single(c => c.Slice == "index 3-4").Numerator);
    }
}
