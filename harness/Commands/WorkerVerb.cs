using System.Collections.Concurrent;
using System.CommandLine;
using LT2.Eval.Harness.Cluster;
using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Cluster.Workers;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 worker</c>: one worker process of <c>lt2 run --devices</c>. Cell ids come on standard input; its end asks for an orderly stop.</summary>
internal sealed class WorkerVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var output = CommonOptions.Out();
        var data = CommonOptions.Data();
        var run = new Option<string>("--run") { Description = "The run.", Required = true };
        var device = CommonOptions.Device();
        var threads = new Option<int>("--threads") { Description = "CPU threads for libtorch.", DefaultValueFactory = _ => 1 };
        var command = new Command("worker", "One worker process of lt2 run --devices; not for use by hand.") { output, data, run, device, threads };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            using var interrupt = new Interrupt(TextWriter.Null);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt.Token);
            var torchDevice = ComputeDevice.Resolve(parsed.GetValue(device)!);
            TorchRuntime.SetThreads(parsed.GetValue(threads));
            var runsRoot = RunFolder.RunsIn(parsed.GetValue(output)!);
            using var store = ResultStore.Open(RunFolder.StoreBelow(parsed.GetValue(output)!), StoreAccess.ReadOnly);
            var record = store.Run(parsed.GetValue(run)!);
            var session = PlanSession.OfRun(record, parsed.GetValue(data), environment.Plugins);
            var cells = session.Cells().ToDictionary(cell => cell.Id, StringComparer.Ordinal);
            var progress = new WorkerProgress(environment.Output, environment.Clock);
            var context = session.Context(record.RunId, store, RunFolder.CheckpointsIn(runsRoot), torchDevice, parsed.GetValue(device)!, environment.Clock, progress);
            var entries = EnvironmentBlock.Collect(torchDevice, session.Plan.Dtype, parsed.GetValue(threads), 1);
            var folder = new AttemptFolder(runsRoot, record.RunId);
            var runners = session.Runners();
            progress.Send(new WorkerMessage(WorkerMessage.Ready));
            var attempts = 0;
            foreach (var id in Requests(stop))
            {
                var name = $"{HostName.Current}-{Environment.ProcessId}-{attempts++}";
                var attempt = new CellAttempt(record, entries, context, runners, folder, name, CellLease.DefaultPatience);
                var file = attempt.CarryOut(cells[id], () => null, stop.Token);
                progress.Send(new WorkerMessage(WorkerMessage.Ended, id, File: file));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Lines of standard input; its end cancels, so that a cell under way stops as well.</summary>
    private static IEnumerable<string> Requests(CancellationTokenSource stop)
    {
        var lines = new BlockingCollection<string>();
        new Thread(() =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            lines.CompleteAdding();
            stop.Cancel();
        }) { IsBackground = true, Name = "requests" }.Start();
        while (true)
        {
            string? line;
            try
            {
                if (!lines.TryTake(out line, Timeout.Infinite, stop.Token))
                {
                    yield break;
                }
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            yield return line;
        }
    }
}
