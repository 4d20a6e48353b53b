using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>
/// Writes evaluated tasks as lm-evaluation-harness does: <c>DIR/MODEL/results_TIME.json</c> and <c>samples_TASK_TIME.jsonl</c>. One
/// loop count makes one set of files.
/// </summary>
public static partial class HarnessLayoutWriter
{
    private static readonly UTF8Encoding PlainUtf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes the files.</summary>
    /// <param name="folder">Where the model's folder goes.</param>
    /// <param name="tasks">What was evaluated.</param>
    /// <param name="groups">Groups to aggregate; those of which any task is missing are left out.</param>
    /// <param name="run">About the run.</param>
    /// <param name="time">Gives the date in names and content.</param>
    /// <returns>The paths written, results first.</returns>
    public static IReadOnlyList<string> Write(
        string folder, IReadOnlyList<EvaluatedTask> tasks, IReadOnlyList<TaskGroup> groups, HarnessRunInfo run, TimeProvider time)
    {
        var modelFolder = Path.Combine(folder, Sanitize(run.ModelName));
        Directory.CreateDirectory(modelFolder);
        var now = time.GetUtcNow();
        var stamp = now.ToString("yyyy-MM-dd'T'HH-mm-ss.ffffff", CultureInfo.InvariantCulture);
        var paths = new List<string> { Path.Combine(modelFolder, $"results_{stamp}.json") };
        WriteWhole(paths[0], PythonJson.Dumps(ResultsDocument.Create(tasks, groups, run, now.ToUnixTimeMilliseconds() / 1000.0), indent: 2));
        foreach (var task in tasks)
        {
            paths.Add(Path.Combine(modelFolder, $"samples_{task.Task.Name}_{stamp}.jsonl"));
            WriteWhole(paths[^1], string.Concat(task.Documents.Select(document => SampleLine.Create(task.Task, document) + "\n")));
        }

        return paths;
    }

    /// <summary>A name as a folder: runs of characters that file systems refuse become two underscores.</summary>
    public static string Sanitize(string name) => Refused().Replace(name, "__");

    private static void WriteWhole(string path, string content)
    {
        var partial = path + ".partial";
        File.WriteAllText(partial, content, PlainUtf8);
        File.Move(partial, path, overwrite: true);
    }

    [GeneratedRegex(@"[""<>:/\\|?*\[\]]+")]
    private static partial Regex Refused();
}
