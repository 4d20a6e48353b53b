using LT2.Eval.Harness.Cluster.Estimates;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>
/// Divides cells into array jobs: one for each level of dependency, its cells packed into tasks of about the same estimated time; time cells last, in one task that has
/// its node to itself, so that their canaries stand around them on one host.
/// </summary>
/// <param name="times">Estimates.</param>
/// <param name="taskSeconds">How long a task should last.</param>
/// <param name="maximumTasks">Most tasks of an array (Slurm's <c>MaxArraySize</c> − 1).</param>
public sealed class SubmissionPlanner(CellTimes times, double taskSeconds, int maximumTasks)
{
    /// <summary>The stages of the cells that are still open.</summary>
    /// <param name="cells">Every cell of the plan.</param>
    /// <param name="isDone">Cells that have an outcome already.</param>
    public IReadOnlyList<SubmissionStage> Divide(IReadOnlyList<CellDefinition> cells, Func<CellDefinition, bool> isDone)
    {
        times.Learn(cells);
        var levels = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var cell in cells) // parents stand before their children
        {
            levels[cell.Id] = cell.Parents.Where(parent => !isDone(parent)).Select(parent => levels[parent.Id] + 1).DefaultIfEmpty(0).Max();
        }

        var open = cells.Where(cell => !isDone(cell)).ToList();
        var stages = open.Where(cell => cell.Kind != CellKind.Time).GroupBy(cell => levels[cell.Id]).OrderBy(level => level.Key)
            .Select(level => new SubmissionStage(Name(level), Pack([.. level]), false))
            .ToList();
        var alone = open.Where(cell => cell.Kind == CellKind.Time).ToList();
        if (alone.Count > 0)
        {
            stages.Add(new SubmissionStage("time", [new SubmissionTask([.. alone.Select(cell => cell.Id)], alone.Sum(cell => times.Estimate(cell).Seconds))], true));
        }

        return [.. stages.Select((stage, index) => stage with { Name = $"{index + 1}-{stage.Name}" })];
    }

    private static string Name(IEnumerable<CellDefinition> cells)
        => string.Join('-', cells.Select(cell => cell.Kind.ToString().ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal));

    /// <summary>First fit, longest first; with too many tasks the tasks grow.</summary>
    private List<SubmissionTask> Pack(List<CellDefinition> cells)
    {
        var ordered = cells.Select(cell => (cell.Id, times.Estimate(cell).Seconds)).OrderByDescending(item => item.Seconds).ToList();
        for (var room = Math.Max(taskSeconds, ordered.Sum(item => item.Seconds) / maximumTasks); ; room *= 1.25)
        {
            var tasks = new List<(List<string> Cells, double Seconds)>();
            foreach (var (id, seconds) in ordered)
            {
                var index = tasks.FindIndex(task => task.Seconds + seconds <= room);
                if (index < 0)
                {
                    tasks.Add(([id], seconds));
                }
                else
                {
                    tasks[index].Cells.Add(id);
                    tasks[index] = (tasks[index].Cells, tasks[index].Seconds + seconds);
                }
            }

            if (tasks.Count <= maximumTasks)
            {
                return [.. tasks.Select(task => new SubmissionTask(task.Cells, task.Seconds))];
            }
        }
    }
}
