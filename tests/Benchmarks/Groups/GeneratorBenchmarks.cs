using BenchmarkDotNet.Attributes;
using LT2.Eval.Tasks;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>How fast samples are made: they must keep ahead of training on one core. 64 samples an operation, reported for one.</summary>
public class GeneratorBenchmarks
{
    private const int Samples = 64;

    private IGeneratedCase item = null!;
    private long next;

    /// <summary>Suites that generate their samples.</summary>
    public static IEnumerable<string> Names => SuiteCatalog.All.Where(suite => suite.Training == TrainingNeed.Generated && CaseOf(suite) is IGeneratedCase).Select(suite => suite.Id);

    /// <summary>The suite; its first task with default parameters.</summary>
    [ParamsSource(nameof(Names))]
    public string Suite { get; set; } = "";

    /// <summary>Makes the case.</summary>
    [GlobalSetup]
    public void Setup() => item = (IGeneratedCase)CaseOf(SuiteCatalog.All.First(suite => suite.Id == Suite));

    /// <summary>The next samples of the training stream.</summary>
    /// <returns>Tokens made, so that nothing is optimised away.</returns>
    [Benchmark(OperationsPerInvoke = Samples)]
    public int Generate()
    {
        var tokens = 0;
        for (var i = 0; i < Samples; i++)
        {
            tokens += item.GetSample(SampleSplit.Train, 1, next++).InputIds.Length;
        }

        return tokens;
    }

    private static ICase CaseOf(ISuite suite) => suite.CreateCase(new(suite.Tasks[0].Id, new Dictionary<string, string>()));
}
