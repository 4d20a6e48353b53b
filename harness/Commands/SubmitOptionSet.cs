using System.CommandLine;
using LT2.Eval.Harness.Cluster.Attempts;
using LT2.Eval.Harness.Cluster.Submissions;

namespace LT2.Eval.Harness.Commands;

/// <summary>The options of <c>lt2 submit</c>.</summary>
internal sealed class SubmitOptionSet
{
    public Option<string> Out { get; } = CommonOptions.Out();

    public Option<string?> Data { get; } = CommonOptions.Data();

    public Option<string> Device { get; } = new("--device") { Description = "Device of a task: cuda (one GPU each) or cpu.", DefaultValueFactory = _ => "cuda" };

    public Option<bool> New { get; } = new("--new") { Description = "Start a new run though an unfinished one could be continued." };

    public Option<string?> RunId { get; } = new("--run") { Description = "Continue this run." };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Show the jobs and their scripts, submit nothing." };

    public Option<bool> Json { get; } = CommonOptions.Json();

    public Option<double> LeaseSeconds { get; } = new Option<double>("--lease-seconds")
    {
        Description = "A cell whose task was silent for so long may be carried out by another.",
        DefaultValueFactory = _ => CellLease.DefaultPatience.TotalSeconds,
    }.InRange(1);

    private Option<double> TaskMinutes { get; } = new Option<double>("--task-minutes") { Description = "How long an array task should last; short cells share one.", DefaultValueFactory = _ => 30 }.InRange(0.1, 1e6);

    private Option<int?> TimeLimit { get; } = new Option<int?>("--time-limit") { Description = "Slurm's limit in minutes (default: three times the longest task's estimate, at least 10)." }.InRange(1);

    private Option<int> Warning { get; } = new Option<int>("--warning-seconds") { Description = "So long before the limit a task saves its state and is queued again.", DefaultValueFactory = _ => 120 }.InRange(0);

    private Option<int> MaximumTasks { get; } = new Option<int>("--max-tasks") { Description = "Most tasks of an array (Slurm's MaxArraySize - 1).", DefaultValueFactory = _ => JobSettings.DefaultMaximumTasks }.InRange(1);

    private Option<int?> Parallel { get; } = new Option<int?>("--parallel") { Description = "Most tasks that run at once (default: as many as Slurm has room for)." }.InRange(1);

    private Option<int> Cpus { get; } = new Option<int>("--cpus-per-task") { Description = "CPUs of a task.", DefaultValueFactory = _ => 4 }.InRange(1, CommonOptions.MostThreads);

    private Option<string[]> Sbatch { get; } = new("--sbatch") { Description = "Further sbatch options, with an equals sign: --sbatch=--partition=gpu", DefaultValueFactory = _ => [] };

    private Option<bool> Gate { get; } = new("--gate") { Description = "Judge the run against its pin after the report." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Out, Data, Device, New, RunId, DryRun, Gate, TaskMinutes, TimeLimit, Warning, MaximumTasks, Parallel, Cpus, Sbatch, LeaseSeconds, Json })
        {
            command.Options.Add(option);
        }
    }

    public JobSettings Settings(ParseResult parsed) => new(
        parsed.GetValue(TaskMinutes),
        parsed.GetValue(TimeLimit),
        parsed.GetValue(Warning),
        parsed.GetValue(MaximumTasks),
        parsed.GetValue(Parallel),
        parsed.GetValue(Cpus),
        [.. parsed.GetValue(Sbatch)!.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))],
        parsed.GetValue(Gate));
}
