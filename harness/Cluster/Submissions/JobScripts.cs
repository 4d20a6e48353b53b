using System.Globalization;
using System.Text;

namespace LT2.Eval.Harness.Cluster.Submissions;

/// <summary>The batch scripts of a submission, as a person would write them: they can be read, changed and submitted by hand.</summary>
/// <param name="folder">The submission's folder.</param>
/// <param name="submission">What is submitted.</param>
/// <param name="settings">What the user set.</param>
/// <param name="program">The command that starts this program.</param>
/// <param name="plugins">Paths of plug-ins that the plan was read with; every node loads them.</param>
public sealed class JobScripts(SubmissionFolder folder, Submission submission, JobSettings settings, IReadOnlyList<string> program, IReadOnlyList<string> plugins)
{
    /// <summary>Name of the script that runs after the arrays.</summary>
    public const string Collect = "collect";

    /// <summary>Every script in the order of submission.</summary>
    public IEnumerable<(string Name, string Text)> All() =>
        [.. submission.Stages.Select(stage => (stage.Name, Stage(stage))), (Collect, Last())];

    private string Stage(SubmissionStage stage)
    {
        var throttle = settings.SideBySide is { } most ? $"%{Text(most)}" : "";
        var options = new List<string>
        {
            $"--array=0-{Text(stage.Tasks.Count - 1)}{throttle}",
            $"--output={Path.Combine(folder.Logs, $"{stage.Name}-%a.log")}",
            "--open-mode=append",
            "--requeue",
            $"--signal=B:USR1@{Text(settings.WarningSeconds)}",
            $"--time={Text(settings.TimeLimitMinutes ?? Limit(stage))}",
            $"--cpus-per-task={Text(settings.CpusPerTask)}",
        };
        if (submission.Device != "cpu")
        {
            options.Add("--gres=gpu:1");
        }

        if (stage.IsExclusive)
        {
            options.Add("--exclusive");
        }

        // exec: signals for the batch shell (warning before the limit, preemption) reach the program itself.
        return Script(stage.Name, options, $"exec {Command("array-task", folder.Root, "--stage", stage.Name)}");
    }

    private string Last()
    {
        var body = new StringBuilder();
        body.Append(Command("collect", submission.RunId, "--final", "--out", submission.OutputRoot));
        if (settings.Gate)
        {
            body.Append('\n').Append(Command("gate", submission.RunId, "--out", submission.OutputRoot));
        }

        return Script(Collect, [$"--output={Path.Combine(folder.Logs, "collect.log")}", "--open-mode=append", "--requeue", "--time=60"], body.ToString());
    }

    private string Script(string name, IEnumerable<string> options, string body)
    {
        var lines = options.Concat(settings.SbatchOptions).Select(option => $"#SBATCH {option}");
        return $"#!/bin/bash\n#SBATCH --job-name=lt2-{submission.PlanName}-{name}\n{string.Join('\n', lines)}\nset -e\n{body}\n";
    }

    private string Command(params IEnumerable<string> arguments) => string.Join(
        ' ', program.Concat(arguments).Concat(plugins.SelectMany(path => new[] { "--plugin", Path.GetFullPath(path) })).Select(Quoted));

    private static string Quoted(string word) => word.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-:=,@+".Contains(letter, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static int Limit(SubmissionStage stage)
    {
        const int least = 10;
        const double margin = 3;
        return Math.Max(least, (int)Math.Ceiling(margin * stage.Tasks.Max(task => task.Seconds) / 60));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
