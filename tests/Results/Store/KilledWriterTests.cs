using System.Diagnostics;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Statistics;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Tests.Store;

public sealed class KilledWriterTests : IDisposable
{
    private const int Cells = 120;
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("store.sqlite");

    /// <summary>LT2_LONG_TESTS=1 kills 200 times, else 8 times.</summary>
    [Fact]
    public async Task A_writer_killed_at_random_moments_loses_at_most_the_cell_it_was_writing()
    {
        var kills = Environment.GetEnvironmentVariable("LT2_LONG_TESTS") == "1" ? 200 : 8;
        var generator = new SeededGenerator(99);
        for (var kill = 0; kill < kills; kill++)
        {
            // A run a few kills: the store grows, each run is interrupted several times.
            var run = $"run-{kill / 4}";
            using var writer = StoreWriter.Start(Path, run, 0, Cells);
            var acknowledged = new List<string>();
            var patience = generator.NextIndex(25);
            while (await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                acknowledged.Add(line);
                if (patience-- == 0)
                {
                    await Task.Delay(generator.NextIndex(8), TestContext.Current.CancellationToken);
                    writer.Kill();
                }
            }
            await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
            AssertWhole(run, acknowledged.Where(line => line != "ready"));
        }
        for (var run = 0; run <= (kills - 1) / 4; run++)
        {
            await FinishAsync(StoreWriter.Start(Path, $"run-{run}", 0, Cells));
            AssertComplete($"run-{run}", Cells);
        }
    }

    [Fact]
    public async Task Two_processes_create_and_fill_one_store_at_once()
    {
        await Task.WhenAll(
            FinishAsync(StoreWriter.Start(Path, "left", 0, Cells)), FinishAsync(StoreWriter.Start(Path, "right", 0, Cells)));

        AssertComplete("left", Cells);
        AssertComplete("right", Cells);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.new-*"));
    }

    [Fact]
    public async Task A_reader_sees_whole_cells_while_another_process_writes()
    {
        using (var store = ResultStore.Open(Path, StoreAccess.ReadWrite))
            store.CreateRun(Examples.Run("run"));
        var writer = FinishAsync(StoreWriter.Start(Path, "run", 0, Cells));
        do
        {
            AssertWhole("run", []);
        }
        while (!writer.IsCompleted);
        await writer;
        AssertComplete("run", Cells);
    }

    private void AssertWhole(string run, IEnumerable<string> acknowledged)
    {
        using var store = ResultStore.Open(Path, StoreAccess.ReadOnly);
        if (store.Runs().All(record => record.RunId != run))
        {
            Assert.Empty(acknowledged);
            return;
        }
        var present = store.Cells(run).Select(cell => cell.CellId).ToList();
        Assert.Equal(present.Distinct(), present);
        Assert.Empty(acknowledged.Except(present));
        foreach (var cell in present.TakeLast(3))
            Assert.Equal(StoreWriter.Cell(run, int.Parse(cell[5..], System.Globalization.CultureInfo.InvariantCulture)).Samples, store.Samples(run, cell));
    }

    private void AssertComplete(string run, int count)
    {
        using var store = ResultStore.Open(Path, StoreAccess.ReadOnly);
        var undisturbed = Enumerable.Range(0, count).Select(i => StoreWriter.Cell(run, i)).ToList();
        Assert.Equal(undisturbed.Select(cell => cell.Cell), store.Cells(run));
        Assert.Equal(undisturbed.SelectMany(cell => cell.Metrics), store.Metrics(run));
        Assert.Equal(undisturbed.SelectMany(cell => cell.Samples), store.Cells(run).SelectMany(cell => store.Samples(run, cell.CellId)));
        Assert.Equal(count, store.Events(run).Count);
        Assert.Equal(RunStatus.Completed, store.Run(run).Status);
    }

    private static async Task FinishAsync(Process writer)
    {
        using (writer)
        {
            var errors = writer.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await writer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(writer.ExitCode == 0, await errors);
        }
    }

    public void Dispose() => _folder.Dispose();
}
