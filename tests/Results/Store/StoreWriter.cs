using System.Diagnostics;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

/// <summary>Another process that writes cells into a store and names each on its standard output once it is written.</summary>
public static class StoreWriter
{
    public const string Verb = "write-cells";

    /// <summary>Creates the run if it is new, then writes the cells it lacks.</summary>
    public static void Write(string path, string run, int first, int count)
    {
        using var store = ResultStore.Open(path, StoreAccess.ReadWrite);
        if (store.Runs().All(record => record.RunId != run))
            store.CreateRun(Examples.Run(run));
        var present = store.Cells(run).Select(cell => cell.CellId).ToHashSet();
        Console.Out.WriteLine("ready");
        for (var i = first; i < first + count; i++)
        {
            if (present.Contains(CellId(i)))
                continue;
            store.WriteCell(Cell(run, i));
            Console.Out.WriteLine(CellId(i));
        }
        store.UpdateRunStatus(run, RunStatus.Completed, Examples.Start.AddHours(1));
    }

    public static string CellId(int index) => $"cell-{index:0000}";

    public static CellResult Cell(string run, int index) => Examples.ScoreCell(run, CellId(index), samples: 300, flipped: index);

    public static Process Start(string path, string run, int first, int count)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "LT2.Eval.Results.Tests.dll");
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { "exec", program, Verb, path, run, $"{first}", $"{count}" }, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
    }
}
