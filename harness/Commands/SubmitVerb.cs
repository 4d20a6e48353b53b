using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Cluster.Estimates;
using LT2.Eval.Harness.Cluster.Submissions;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 submit</c>: a plan as Slurm array jobs.</summary>
internal sealed class SubmitVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var plan = new Argument<string>("plan") { Description = "A shipped plan's name (lt2 list plans) or a path." };
        var options = new SubmitOptionSet();
        var command = new Command("submit", """
            Hand a plan to Slurm as array jobs; its report (and gate) run after them. Everything it needs must lie where every node sees it.

            Example: lt2 submit nightly --sbatch=--partition=gpu --parallel 16 --gate
            """) { plan };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var session = PlanSession.Open(parsed.GetValue(plan)!, parsed.GetValue(options.Data), environment.Plugins);
            var root = Path.GetFullPath(parsed.GetValue(options.Out)!);
            if (parsed.GetValue(options.DryRun))
            {
                Show(session, root, options, parsed, environment.Output);
                return ExitCodes.Success;
            }

            Slurm.Require();
            session.FetchMissingData(environment.Error.WriteLine);
            return Submit(session, root, options, parsed, environment);
        });
        return command;
    }

    private static void Show(PlanSession session, string root, SubmitOptionSet options, ParseResult parsed, TextWriter output)
    {
        var (times, done) = (CellTimes.None, new HashSet<string>(StringComparer.Ordinal));
        var run = new RunRecord(
            "RUN", session.Plan.Name, "", session.Plan.Text, "", null, null, DateTimeOffset.UnixEpoch, null, RunStatus.Running, "", ""); // the real one is made when it is submitted
        if (File.Exists(RunFolder.StoreBelow(root)))
        {
            using var store = ResultStore.Open(RunFolder.StoreBelow(root), StoreAccess.ReadOnly);
            times = CellTimes.Of(store);
            var continued = parsed.GetValue(options.New) ? null
                : parsed.GetValue(options.RunId) is { } named ? store.Run(named)
                : store.FindUnfinishedRun(StableHash.Full(session.Plan.Text), Provenance.BuildIdentity.Current.BuildId);
            if (continued is not null)
            {
                run = continued;
                done.UnionWith(RunRegistration.Outcomes(store, run.RunId).Keys);
            }
        }

        var folder = new SubmissionFolder(RunFolder.RunsIn(root), run.RunId);
        var submission = Plan(session, root, run, times, cell => done.Contains(cell.Id), options, parsed);
        Describe(submission, output);
        foreach (var (name, text) in Scripts(session, folder, submission, options, parsed))
        {
            output.WriteLine($"\n# {folder.ScriptPath(name)}\n{text.TrimEnd()}");
        }
    }

    private static int Submit(PlanSession session, string root, SubmitOptionSet options, ParseResult parsed, CommandEnvironment environment)
    {
        using var runs = RunFolder.Open(root);
        using var store = ResultStore.Open(runs.StorePath, StoreAccess.ReadWrite);
        var device = parsed.GetValue(options.Device)!;
        var asked = new RunOptions(root, device, parsed.GetValue(options.New), parsed.GetValue(options.RunId), null, environment.CommandLine);
        var (run, _) = RunRegistration.Begin(store, runs.Root, session.Plan, asked, $"{device} under Slurm", environment.Clock);
        AttemptMerge.Merge(store, run.RunId, new AttemptFolder(runs.Root, run.RunId), runs.CheckpointRoot, environment.Clock);
        var cells = session.Cells();
        var outcomes = RunRegistration.Outcomes(store, run.RunId);
        var context = session.Context(run.RunId, store, runs.CheckpointRoot, ComputeDevice.Cpu, "cpu", environment.Clock, new LineProgress(environment.Error, environment.Clock));
        foreach (var cell in cells.Where(cell => !outcomes.ContainsKey(cell.Id)))
        {
            if (CheckpointReuse.Find(cell, context) is { } earlier)
            {
                store.WriteCell(earlier);
                outcomes[cell.Id] = earlier.Cell.Outcome;
            }
        }

        var submission = Plan(session, root, run, CellTimes.Of(store), cell => outcomes.ContainsKey(cell.Id), options, parsed);
        if (submission.Stages.Count == 0)
        {
            store.UpdateRunStatus(run.RunId, RunStatus.Completed, environment.Clock.GetUtcNow());
            environment.Output.WriteLine($"Every cell of run {run.RunId} has an outcome already; nothing was submitted.");
            return ExitCodes.Success;
        }

        var folder = new SubmissionFolder(runs.Root, run.RunId);
        var scripts = Scripts(session, folder, submission, options, parsed).ToList();
        folder.Write(submission, scripts);
        WriteParents(folder, store, run, cells, outcomes);
        var jobs = Launch(folder, scripts, environment.Clock);
        if (parsed.GetValue(options.Json))
        {
            environment.Output.WriteLine(JsonSerializer.Serialize(new { run = run.RunId, folder = folder.Root, jobs }, JsonOutput.Options));
            return ExitCodes.Success;
        }

        Describe(submission, environment.Output);
        environment.Output.WriteLine($"Submitted: {string.Join(", ", jobs.Select(job => $"{job.Key} as job {job.Value}"))}. Follow it: lt2 status {run.RunId}");
        return ExitCodes.Success;
    }

    private static Submission Plan(
        PlanSession session, string root, RunRecord run, CellTimes times, Func<CellDefinition, bool> isDone, SubmitOptionSet options, ParseResult parsed)
    {
        var settings = options.Settings(parsed);
        var stages = new SubmissionPlanner(times, settings.TaskMinutes * 60, settings.MaximumTasks).Divide(session.Cells(), isDone);
        return new Submission(
            run, root, parsed.GetValue(options.Data) is { } data ? Path.GetFullPath(data) : null, parsed.GetValue(options.Device)!,
            session.Plan.ThreadCount ?? settings.CpusPerTask, parsed.GetValue(options.LeaseSeconds), stages);
    }

    private static IEnumerable<(string Name, string Text)> Scripts(
        PlanSession session, SubmissionFolder folder, Submission submission, SubmitOptionSet options, ParseResult parsed)
        => new JobScripts(folder, submission, options.Settings(parsed), ThisProgram.Command, session.PluginPaths).All();

    private static void WriteParents(
        SubmissionFolder folder, ResultStore store, RunRecord run, IReadOnlyList<CellDefinition> cells, Dictionary<string, CellOutcome> outcomes)
    {
        foreach (var parent in cells.Where(cell => !outcomes.ContainsKey(cell.Id)).SelectMany(cell => cell.Parents).Where(parent => outcomes.ContainsKey(parent.Id)).DistinctBy(cell => cell.Id))
        {
            var path = folder.ParentPath(parent.Id);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path))
            {
                CellFile.Write(path, run, [], store.CellResult(run.RunId, parent.Id));
            }
        }
    }

    private static SortedDictionary<string, string> Launch(SubmissionFolder folder, List<(string Name, string Text)> scripts, TimeProvider clock)
    {
        var jobs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string? last = null;
        try
        {
            foreach (var (name, _) in scripts)
            {
                jobs[name] = last = Slurm.Submit(folder.ScriptPath(name), last);
                folder.WriteJobs(jobs);
            }
        }
        catch (PlanException error)
        {
            folder.MarkCollected(clock);
            throw new PlanException(jobs.Count == 0 ? error.Message : $"{error.Message}{Environment.NewLine}Jobs {string.Join(", ", jobs.Values)} were submitted before: scancel {string.Join(' ', jobs.Values)}");
        }

        return jobs;
    }

    private static void Describe(Submission submission, TextWriter output)
    {
        output.WriteLine($"Run {submission.RunId} of plan {submission.PlanName}: {submission.Stages.Sum(stage => stage.Tasks.Sum(task => task.Cells.Count))} cells in {submission.Stages.Count} array jobs, then the report.");
        foreach (var stage in submission.Stages)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {stage.Name}: {stage.Tasks.Sum(task => task.Cells.Count)} cells in {stage.Tasks.Count} tasks, the longest about {DurationText.Of(stage.Tasks.Max(task => task.Seconds))}{(stage.IsExclusive ? ", its node to itself" : "")}"));
        }
    }
}
