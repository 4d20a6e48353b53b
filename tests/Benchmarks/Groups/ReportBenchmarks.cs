using BenchmarkDotNet.Attributes;
using LT2.Eval.Reports;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>The site of a run of 45 scored and 5 timed cells, read from its store.</summary>
public class ReportBenchmarks
{
    private string folder = "";

    private string StorePath => Path.Combine(folder, ResultStore.FileName);

    /// <summary>Samples of each cell.</summary>
    [Params(100, 1000)]
    public int Samples { get; set; }

    /// <summary>Writes the store.</summary>
    [GlobalSetup]
    public void Setup()
    {
        folder = Directory.CreateTempSubdirectory("lt2-benchmark-").FullName;
        RecordedRun.Write(StorePath, "recorded", 45, Samples);
    }

    /// <summary>Reads the records and writes every page.</summary>
    [Benchmark]
    public void BuildSite()
    {
        using var store = ResultStore.Open(StorePath, StoreAccess.ReadOnly);
        ReportSite.Write(store, new ReportOptions { OutputFolder = Path.Combine(folder, "site"), RunId = "recorded" });
    }

    /// <summary>Removes the files.</summary>
    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(folder, recursive: true);
}
