using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>Runs written to a store of their own, removed at the end.</summary>
public sealed class StoredRun : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-store-").FullName;

    public StoredRun(params RunData[] runs)
    {
        Store = ResultStore.Open(Path.Combine(folder, ResultStore.FileName), StoreAccess.ReadWrite);
        foreach (var data in runs)
        {
            Add(data);
        }
    }

    public ResultStore Store { get; }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void Add(RunData data)
    {
        Store.CreateRun(data.Run);
        Store.WriteEnvironment(data.Run.RunId, data.Environment);
        foreach (var cell in data.Cells)
        {
            Store.WriteCell(new CellResult(
                cell,
                [.. data.Metrics.Where(metric => metric.CellId == cell.CellId)],
                [.. data.Samples.Where(sample => sample.CellId == cell.CellId)],
                [.. data.TimingBlocks.Where(block => block.CellId == cell.CellId)],
                [.. data.TrainingPoints.Where(point => point.CellId == cell.CellId)],
                [.. data.Events.Where(item => item.CellId == cell.CellId)]));
        }
    }
}
