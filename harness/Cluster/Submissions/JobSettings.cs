namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>What a user may set of the jobs.</summary>
/// <param name="TaskMinutes">How long an array task should last.</param>
/// <param name="TimeLimitMinutes">Slurm's time limit; null for three times the longest task's estimate, at least 10.</param>
/// <param name="WarningSeconds">So long before the limit a task is told to save its state and is queued again.</param>
/// <param name="MaximumTasks">Most tasks of an array.</param>
/// <param name="SideBySide">Most tasks that run at once; null for as many as Slurm has room for.</param>
/// <param name="CpusPerTask">CPUs of a task.</param>
/// <param name="SbatchOptions">Further <c>#SBATCH</c> options, such as <c>--partition=gpu</c>.</param>
/// <param name="Gate">Judge the run against its pin at the end.</param>
public sealed record JobSettings(
    double TaskMinutes,
    int? TimeLimitMinutes,
    int WarningSeconds,
    int MaximumTasks,
    int? SideBySide,
    int CpusPerTask,
    IReadOnlyList<string> SbatchOptions,
    bool Gate)
{
    /// <summary>Slurm's default of what an array may hold is 1001 (<c>MaxArraySize</c>).</summary>
    public const int DefaultMaximumTasks = 1000;
}
