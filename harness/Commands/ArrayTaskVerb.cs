using System.CommandLine;
using System.Globalization;
using LT2.Eval.Harness.Cluster;
using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Cluster.Submissions;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 array-task</c>: what the scripts of <c>lt2 submit</c> run on a node.</summary>
internal sealed class ArrayTaskVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var folder = new Argument<string>("submission") { Description = "The submission's folder." };
        var stage = new Option<string>("--stage") { Description = "The array job.", Required = true };
        var task = new Option<int?>("--task") { Description = "The task (default: SLURM_ARRAY_TASK_ID)." };
        var command = new Command("array-task", "One task of lt2 submit's array jobs; the job scripts call it.") { folder, stage, task };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var root = Path.GetFullPath(parsed.GetValue(folder)!);
            var submissionFolder = new SubmissionFolder(Path.GetFullPath(Path.Combine(root, "..", "..")), Path.GetFileName(root));
            var submission = submissionFolder.Read();
            var cells = Cells(submission, parsed.GetValue(stage)!, parsed.GetValue(task) ?? Number("SLURM_ARRAY_TASK_ID"));
            using var signals = new TaskSignals(environment.Error);
            try
            {
                return Run(submission, submissionFolder, cells, environment, signals.Token);
            }
            catch (OperationCanceledException) when (signals.TimeIsRunningOut && Environment.GetEnvironmentVariable("SLURM_JOB_ID") is { } job)
            {
                environment.Error.WriteLine("What was done is saved; the task is queued again.");
                Slurm.Requeue(job);
                return ExitCodes.RunFailed;
            }
        });
        return command;
    }

    private static int Run(Submission submission, SubmissionFolder folder, IReadOnlyList<string> ids, CommandEnvironment environment, CancellationToken cancellation)
    {
        var device = ComputeDevice.Resolve(submission.Device);
        TorchRuntime.SetThreads(submission.ThreadCount);
        var runsRoot = RunFolder.RunsIn(submission.OutputRoot);
        var attempts = new AttemptFolder(runsRoot, submission.RunId);
        var scratch = Directory.CreateTempSubdirectory("lt2-task-");
        try
        {
            var run = submission.Run;
            var session = PlanSession.OfRun(run, submission.DataFolder, environment.Plugins);
            var known = session.Cells().ToDictionary(cell => cell.Id, StringComparer.Ordinal);
            using var store = ResultStore.Open(Path.Combine(scratch.FullName, ResultStore.FileName), StoreAccess.ReadWrite);
            store.CreateRun(run);
            IReadOnlyList<EnvironmentEntry> facts = [.. EnvironmentBlock.Collect(device, session.Plan.Dtype, submission.ThreadCount, 1), new EnvironmentEntry("host.name", HostName.Current)];
            var context = session.Context(
                run.RunId, store, RunFolder.CheckpointsIn(runsRoot), device, submission.Device, environment.Clock, new LineProgress(environment.Error, environment.Clock));
            var attempt = Attempt();
            environment.Error.WriteLine($"{environment.Clock.GetUtcNow():u} attempt {attempt} on {HostName.Current}: {ids.Count} cells.");
            var open = new ArrayTask(folder, attempts, run, facts, context, session.Runners(), attempt, TimeSpan.FromSeconds(submission.LeaseSeconds))
                .Run([.. ids.Select(id => Known(known, id))], cancellation);
            return open == 0 ? ExitCodes.Success : ExitCodes.RunFailed;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static CellDefinition Known(Dictionary<string, CellDefinition> cells, string id) => cells.GetValueOrDefault(id)
        ?? throw new PlanException($"Cell {id} is not in the plan as this node reads it: its program or its data sets are not those of the host that submitted.");

    private static IReadOnlyList<string> Cells(Submission submission, string stage, int task)
    {
        var tasks = submission.Stages.FirstOrDefault(item => item.Name == stage)?.Tasks
            ?? throw new PlanException($"There is no stage '{stage}'. {NearestName.Hint(stage, [.. submission.Stages.Select(item => item.Name)])}");
        return task >= 0 && task < tasks.Count ? tasks[task].Cells : throw new PlanException($"Stage '{stage}' has tasks 0 to {tasks.Count - 1}, not {task}.");
    }

    /// <summary>Job and restart: a requeued job is another attempt of the same task.</summary>
    private static string Attempt() => Environment.GetEnvironmentVariable("SLURM_JOB_ID") is { Length: > 0 } job
        ? $"{job}-{Environment.GetEnvironmentVariable("SLURM_RESTART_COUNT") ?? "0"}"
        : string.Create(CultureInfo.InvariantCulture, $"{HostName.Current}-{Environment.ProcessId}");

    private static int Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new PlanException($"{variable} is not set: give --task N outside of a Slurm array.");
}
