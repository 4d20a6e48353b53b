using System.Globalization;
using System.Text;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Harness.Export;

/// <summary>
/// Writes the text tasks of a stored run as lm-evaluation-harness lays out results: <c>DIR/MODEL/results_TIME.json</c> and <c>samples_TASK_TIME.jsonl</c>, a
/// model for each variant, seed and readout. TIME is the run's start, so that a second export writes the same files. <c>resps</c> holds the
/// log-likelihood of every choice; for runs that were recorded before those were kept, the answer.
/// </summary>
internal static class HarnessLayoutExport
{
    private static readonly UTF8Encoding PlainUtf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes the files and returns their paths.</summary>
    /// <exception cref="PlanException">The run scored no text.</exception>
    public static IReadOnlyList<string> Write(ResultStore store, string runId, PlanSession? session, string folder, Action<string> message)
    {
        var run = store.Run(runId);
        var readouts = new StoredTextTasks(store, runId, session, message).Read();
        if (readouts.Count == 0)
        {
            throw new PlanException($"Run '{runId}' scored no text task, and lm-evaluation-harness's layout knows no other. Export it with --format csv or jsonl.");
        }

        var environment = store.Environment(runId).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        var stamp = run.StartedUtc.ToString("yyyy-MM-dd'T'HH-mm-ss.ffffff", CultureInfo.InvariantCulture);
        var paths = new List<string>();
        foreach (var (readout, tasks) in readouts)
        {
            var modelFolder = Path.Combine(folder, HarnessLayoutWriter.Sanitize(readout.Name));
            paths.Add(WriteWhole(Path.Combine(modelFolder, $"results_{stamp}.json"), PythonJson.Dumps(StoredResultsDocument.Create(run, readout, tasks, environment), indent: 2)));
            paths.AddRange(tasks.Where(task => task.Samples.Count > 0).Select(task => WriteWhole(
                Path.Combine(modelFolder, $"samples_{HarnessLayoutWriter.Sanitize(task.Name)}_{stamp}.jsonl"),
                string.Concat(StoredSampleLines.Of(task).Select(line => line + "\n")))));
        }

        return paths;
    }

    private static string WriteWhole(string path, string content)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path + ".part", content, PlainUtf8);
            File.Move(path + ".part", path, overwrite: true);
            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(ResultsProblem.FileUnusable, $"{path} cannot be written: {error.Message} Name another folder or free some space.", error);
        }
    }
}
