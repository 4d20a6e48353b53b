using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.FewShot;

namespace LT2.Eval.Tasks.Tests.TextTasks;

public sealed class SamplerConformanceTests
{
    [Fact]
    public void Draws_equal_the_reference()
    {
        foreach (var item in GoldenSamples.Read("sampler", "fewshot_draws.json").Maps("cases"))
        {
            var excludes = (bool)item["exclude_eval_doc"]!;
            var sampler = new FewShotSampler("default", (int)(long)item["pool"]!, (int)(long)item["k"]!, excludes, (uint)(long)item["seed"]!);
            var draws = item.Items("draws");
            for (var i = 0; i < draws.Count; i++)
            {
                var evaluated = excludes ? (int)(long)item.Items("eval_doc_indices")[i]! : -1;
                Assert.Equal(((IEnumerable<object?>)draws[i]!).Select(Convert.ToInt32), sampler.Next(index => index == evaluated));
            }
        }
    }

    [Fact]
    public void The_generator_equals_CPythons()
    {
        foreach (var item in GoldenSamples.Read("sampler", "fewshot_draws.json").Maps("mersenne_twister"))
        {
            var seed = (uint)(long)item["seed"]!;
            var words = new MersenneTwister(seed);
            Assert.All(item.Items("getrandbits32"), word => Assert.Equal((uint)(long)word!, words.NextWord()));
            var doubles = new MersenneTwister(seed);
            Assert.All(item.Numbers("random"), value => Assert.Equal(value, doubles.NextDouble()));
            var below = new MersenneTwister(seed);
            int[] bounds = [2, 3, 10, 100, 1000];
            Assert.Equal(item.Items("randrange_2_3_10_100_1000").Select(Convert.ToInt32), bounds.Select(below.Below));
        }
    }

    [Fact]
    public void The_first_documents_are_taken_without_drawing()
    {
        var sampler = new FewShotSampler("first_n", 5, 3, dropsEvaluated: false);
        Assert.Equal([0, 1, 2], sampler.Next(_ => false));
        Assert.Equal([0, 1, 2], sampler.Next(_ => true));
    }

    [Fact]
    public void A_pool_that_is_too_small_is_refused()
    {
        var problem = Assert.Throws<TaskException>(() => new FewShotSampler("default", 3, 3, dropsEvaluated: true));
        Assert.Equal("3 shots need 4 documents to choose from; there are 3.", problem.Message);
    }
}
