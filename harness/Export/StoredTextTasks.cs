using System.Text.Json.Nodes;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Export;

/// <summary>Finds the text cases of a stored run, with their documents where the data sets are here.</summary>
/// <param name="store">The store.</param>
/// <param name="runId">The run.</param>
/// <param name="session">The run's plan as this build reads it; null where it cannot.</param>
/// <param name="message">Told what is missing.</param>
internal sealed class StoredTextTasks(ResultStore store, string runId, PlanSession? session, Action<string> message)
{
    private readonly Dictionary<string, ITextCase> cases = Cases(session);
    private readonly Dictionary<string, IReadOnlyDictionary<string, TextDocument>> documents = new(StringComparer.Ordinal);

    /// <summary>Every readout of every model that answered text, with its tasks.</summary>
    public IReadOnlyList<(StoredReadout Readout, IReadOnlyList<StoredTextTask> Tasks)> Read()
    {
        var cells = store.Cells(runId).Where(cell => cell is { Kind: CellKind.Score, Outcome: CellOutcome.Finished }).ToDictionary(cell => cell.CellId, StringComparer.Ordinal);
        var metrics = store.Metrics(runId).Where(metric => cells.ContainsKey(metric.CellId) && metric.Key.Phase is null && (metric.Key.DataHash is not null || Find(cells[metric.CellId]) is not null)).ToList();
        var shared = metrics.Select(metric => (metric.Key.TaskId, metric.Key.CaseParameters)).Distinct().GroupBy(task => task.TaskId).Where(group => group.Count() > 1)
            .Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. metrics.GroupBy(metric => new StoredReadout(metric.Key.VariantId, metric.Key.TrainedLoopCount, metric.Key.TestedLoopCount, metric.Seed))
                .Select(readout => (readout.Key, (IReadOnlyList<StoredTextTask>)
                [
                    .. readout.GroupBy(metric => metric.CellId).Select(task => Task(cells[task.Key], [.. task], shared)).OrderBy(task => task.Name, StringComparer.Ordinal),
                ])),
        ];
    }

    private StoredTextTask Task(CellRecord cell, IReadOnlyList<MetricRecord> metrics, HashSet<string> shared)
    {
        var key = metrics[0].Key;
        var item = Find(cell);
        var name = shared.Contains(key.TaskId) ? $"{key.TaskId}-{key.CaseParameters.Replace(';', '-')}" : key.TaskId;
        return new StoredTextTask(
            name,
            metrics,
            [.. store.Samples(runId, cell.CellId).Where(sample => sample.TestedLoopCount == (key.TestedLoopCount ?? sample.TestedLoopCount))],
            store.Responses(runId, cell.CellId).Where(response => response.TestedLoopCount == (key.TestedLoopCount ?? response.TestedLoopCount))
                .ToLookup(response => response.SampleId, StringComparer.Ordinal),
            item,
            item is null ? Unknown(name) : Documents(name, item));
    }

    private IReadOnlyDictionary<string, TextDocument> Documents(string name, ITextCase item)
    {
        if (!documents.TryGetValue(name, out var found))
        {
            try
            {
                found = item.LoadDocuments(session!.Data).ToDictionary(document => document.Id, StringComparer.Ordinal);
            }
            catch (TaskException error)
            {
                message($"{name}: its documents and prompts are left out. {error.Message}");
                found = new Dictionary<string, TextDocument>();
            }

            documents[name] = found;
        }

        return found;
    }

    private IReadOnlyDictionary<string, TextDocument> Unknown(string name)
    {
        if (documents.TryAdd(name, new Dictionary<string, TextDocument>()))
        {
            message($"{name}: this build no longer knows the case as it was run, so its documents and prompts are left out.");
        }

        return documents[name];
    }

    private ITextCase? Find(CellRecord cell) =>
        JsonNode.Parse(cell.DefinitionJson)?["case"] is JsonObject described ? cases.GetValueOrDefault(Models.Definitions.CanonicalJson.Write(described)) : null;

    private static Dictionary<string, ITextCase> Cases(PlanSession? session)
    {
        var known = new Dictionary<string, ITextCase>(StringComparer.Ordinal);
        foreach (var item in (session?.Cells() ?? []).Select(cell => cell switch { ScoreCell score => score.TestCase as ITextCase, NGramCell counted => counted.TestCase, _ => null }).OfType<ITextCase>())
        {
            known[Models.Definitions.CanonicalJson.Write(CaseText.Describe(item))] = item;
        }

        return known;
    }
}
