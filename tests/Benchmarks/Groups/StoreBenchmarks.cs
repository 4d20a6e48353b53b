using BenchmarkDotNet.Attributes;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>The record store: a cell of 4 × 1,000 samples in one transaction, reading a run of 45 such cells back, and merging it into an empty store.</summary>
public class StoreBenchmarks
{
    private const int Cells = 45;
    private const int Samples = 1000;

    private string folder = "";
    private ResultStore store = null!;
    private int next;

    private string RecordedPath => Path.Combine(folder, "recorded.sqlite");

    /// <summary>Writes the run that is read and merged.</summary>
    [GlobalSetup]
    public void Setup()
    {
        folder = Directory.CreateTempSubdirectory("lt2-benchmark-").FullName;
        RecordedRun.Write(RecordedPath, "recorded", Cells, Samples);
        store = ResultStore.Open(Path.Combine(folder, "written.sqlite"), StoreAccess.ReadWrite);
        RecordedRun.Create(store, "written");
    }

    /// <summary>One cell, durable when the call returns.</summary>
    [Benchmark]
    public void WriteCell() => store.WriteCell(RecordedRun.ScoreCell("written", next++, Samples));

    /// <summary>All metrics of the run.</summary>
    /// <returns>How many.</returns>
    [Benchmark]
    public int ReadMetrics()
    {
        using var recorded = ResultStore.Open(RecordedPath, StoreAccess.ReadOnly);
        return recorded.Metrics("recorded").Count;
    }

    /// <summary>The samples of one cell.</summary>
    /// <returns>How many.</returns>
    [Benchmark]
    public int ReadSamples()
    {
        using var recorded = ResultStore.Open(RecordedPath, StoreAccess.ReadOnly);
        return recorded.Samples("recorded", RecordedRun.ScoreCell("recorded", 7, 1).Cell.CellId).Count;
    }

    /// <summary>The whole run into a new store.</summary>
    /// <returns>Cells added.</returns>
    [Benchmark]
    public int Merge()
    {
        var path = Path.Combine(folder, "merged.sqlite");
        foreach (var file in Directory.GetFiles(folder, "merged.sqlite*"))
        {
            File.Delete(file);
        }

        using var source = ResultStore.Open(RecordedPath, StoreAccess.ReadOnly);
        using var target = ResultStore.Open(path, StoreAccess.ReadWrite);
        return StoreMerge.Merge(target, source).CellsAdded;
    }

    /// <summary>Removes the files.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        store.UpdateRunStatus("written", RunStatus.Completed, null);
        store.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
