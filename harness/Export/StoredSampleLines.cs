using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Harness.Export;

/// <summary>The lines of a samples file of a stored run: one a document, in the order they were scored.</summary>
internal static class StoredSampleLines
{
    public static IEnumerable<string> Of(StoredTextTask task) => task.Samples.Where(sample => sample.Slice is null).GroupBy(sample => sample.SampleId)
        .Select((scores, index) => PythonJson.Dumps(Line(task, index, [.. scores])));

    private static OrderedDictionary<string, object?> Line(StoredTextTask task, int index, IReadOnlyList<SampleRecord> scores)
    {
        var first = scores[0];
        var target = first.Expected ?? "";
        var line = new OrderedDictionary<string, object?> { ["doc_id"] = (long)index, ["doc"] = new OrderedDictionary<string, object?> { ["id"] = first.SampleId } };
        var prompt = (string?)null;
        IReadOnlyList<TextRequest> requests = [];
        if (task.Case is { } item && task.Documents.GetValueOrDefault(first.SampleId) is { } document)
        {
            requests = item.CreateRequests(document);
            line["doc"] = BenchmarkCase.ColumnsOf(document);
            line["arguments"] = Arguments(requests);
            prompt = requests.Count == 0 ? null : Context(requests[0]);
        }

        line["target"] = target;
        var responses = Responses(task.Responses[first.SampleId], requests, first.Answer);
        line["resps"] = responses.Select(object? (response) => new List<object?> { response }).ToList();
        line["filtered_resps"] = requests is [GenerateUntilRequest] && first.Answer is { } filtered ? new List<object?> { filtered } : responses;
        line["filter"] = "none";
        line["metrics"] = scores.Select(object? (score) => score.Metric).ToList();
        line["doc_hash"] = SampleLine.Hash(PythonJson.Dumps(line["doc"], indent: 2));
        line["prompt_hash"] = prompt is null ? null : SampleLine.Hash(prompt);
        line["target_hash"] = SampleLine.Hash(target);
        line["lt2_sample"] = first.SampleId;
        foreach (var score in scores)
        {
            line[score.Metric] = score.Denominator == 1 ? score.Numerator : new List<object?> { score.Numerator, score.Denominator };
        }

        return line;
    }

    /// <summary>What was answered to each request; runs from before responses were kept have the answer alone.</summary>
    private static List<object?> Responses(IEnumerable<ResponseRecord> responses, IReadOnlyList<TextRequest> requests, string? answer)
    {
        var answers = responses.Select(object? (response) => SampleLine.Answer(
            requests.ElementAtOrDefault(response.RequestIndex) ?? (response.Text is null ? new LogLikelihoodRequest("", "") : new GenerateUntilRequest("", [], 0)),
            new TextResponse(response.LogLikelihood, response.IsGreedy, response.Text))).ToList();
        return answers.Count > 0 || answer is null ? answers : [answer];
    }

    private static OrderedDictionary<string, object?> Arguments(IReadOnlyList<TextRequest> requests)
    {
        var arguments = new OrderedDictionary<string, object?>();
        foreach (var (index, request) in requests.Index())
        {
            string?[] parts = request switch
            {
                LogLikelihoodRequest pair => [pair.Context, pair.Continuation],
                GenerateUntilRequest generation => [generation.Context, string.Join(", ", generation.StopStrings)],
                _ => [Context(request)],
            };
            var named = new OrderedDictionary<string, object?>();
            foreach (var (position, part) in parts.Index())
            {
                named[string.Create(CultureInfo.InvariantCulture, $"arg_{position}")] = part;
            }

            arguments[string.Create(CultureInfo.InvariantCulture, $"gen_args_{index}")] = named;
        }

        return arguments;
    }

    private static string Context(TextRequest request) => request switch
    {
        LogLikelihoodRequest pair => pair.Context,
        RollingLogLikelihoodRequest rolling => rolling.Text,
        GenerateUntilRequest generation => generation.Context,
        var other => throw new ArgumentException($"Unknown request {other.GetType().Name}."),
    };
}
