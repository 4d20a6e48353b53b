using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Python;
using LT2.Eval.Tasks.TextTasks.Scoring;

namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>A line of a samples file, and the hashes in it.</summary>
public static class SampleLine
{
    /// <summary>The line.</summary>
    public static string Create(TaskDefinition task, EvaluatedDocument document)
    {
        var line = new OrderedDictionary<string, object?>
        {
            ["doc_id"] = (long)document.Index,
            ["doc"] = document.Columns,
            ["target"] = PythonFormat.Str(document.Target),
            ["arguments"] = Arguments(task, document.Requests),
            ["resps"] = document.Responses.Zip(document.Requests, (response, request) => new List<object?> { Answer(request, response) }).ToList(),
            ["filtered_resps"] = document.Responses.Zip(document.Requests, (response, request) => Filtered(task, request, response)).ToList(),
            ["filter"] = task.FilterName,
            ["metrics"] = task.Metrics.Select(metric => metric.Metric).ToList(),
            ["doc_hash"] = DocumentHash(document),
            ["prompt_hash"] = PromptHash(document),
            ["target_hash"] = TargetHash(document),
        };
        foreach (var (metric, value) in document.Scores)
        {
            line[metric] = value;
        }

        return PythonJson.Dumps(line);
    }

    /// <summary>SHA-256 of the document as indented JSON.</summary>
    public static string DocumentHash(EvaluatedDocument document) => Hash(PythonJson.Dumps(document.Columns, indent: 2));

    /// <summary>SHA-256 of the first argument of the first request.</summary>
    public static string PromptHash(EvaluatedDocument document) => Hash(document.Requests[0] switch
    {
        LogLikelihoodRequest pair => pair.Context,
        RollingLogLikelihoodRequest rolling => rolling.Text,
        GenerateUntilRequest generation => generation.Context,
        var other => throw new ArgumentException($"Unknown request {other.GetType().Name}."),
    });

    /// <summary>SHA-256 of the target's text.</summary>
    public static string TargetHash(EvaluatedDocument document) => Hash(PythonFormat.Str(document.Target));

    /// <summary>SHA-256 in lower-case hexadecimal over UTF-8.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static OrderedDictionary<string, object?> Arguments(TaskDefinition task, IReadOnlyList<TextRequest> requests)
    {
        var arguments = new OrderedDictionary<string, object?>();
        for (var i = 0; i < requests.Count; i++)
        {
            arguments[string.Create(System.Globalization.CultureInfo.InvariantCulture, $"gen_args_{i}")] = requests[i] switch
            {
                LogLikelihoodRequest pair => new OrderedDictionary<string, object?> { ["arg_0"] = pair.Context, ["arg_1"] = pair.Continuation },
                RollingLogLikelihoodRequest rolling => new OrderedDictionary<string, object?> { ["arg_0"] = rolling.Text },
                GenerateUntilRequest generation => new OrderedDictionary<string, object?> { ["arg_0"] = generation.Context, ["arg_1"] = task.GenerationSettings },
                var other => throw new ArgumentException($"Unknown request {other.GetType().Name}."),
            };
        }

        return arguments;
    }

    /// <summary>A response as <c>resps</c> holds it: likelihoods are logged as texts, a continuation's with whether it is the greedy one.</summary>
    public static object Answer(TextRequest request, TextResponse response) => request switch
    {
        LogLikelihoodRequest => new List<object?> { PythonFormat.Repr(response.LogLikelihood), PythonFormat.Str(response.IsGreedy) },
        RollingLogLikelihoodRequest => PythonFormat.Repr(response.LogLikelihood),
        _ => response.Text ?? string.Empty,
    };

    private static object Filtered(TaskDefinition task, TextRequest request, TextResponse response) =>
        request is GenerateUntilRequest ? GeneratedText.Filter(response.Text ?? string.Empty, task.FilterFunctions) : Answer(request, response);
}
