using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Prompts;

/// <summary>A document's prompts as they are sent: a line of <c>lt2 render</c>.</summary>
/// <param name="Index">Position in the file.</param>
/// <param name="Requests">Its requests; delimiters belong to the continuations.</param>
/// <param name="Choices">The choices; null if the task has none.</param>
/// <param name="Gold">Index of the right choice; null if the task has none.</param>
/// <param name="Target">The target as the task states it.</param>
/// <param name="GenerationSettings">Settings of generation as the task states them; null if it does not generate.</param>
public sealed record RenderedDocument(
    int Index,
    IReadOnlyList<TextRequest> Requests,
    IReadOnlyList<string>? Choices,
    int? Gold,
    object? Target,
    IReadOnlyDictionary<string, object?>? GenerationSettings)
{
    /// <summary>The line.</summary>
    public string ToJson()
    {
        var line = new OrderedDictionary<string, object?>
        {
            ["index"] = (long)Index,
            ["requests"] = Requests.Select(Describe).ToList(),
            ["choices"] = Choices,
            ["gold"] = Gold is { } gold ? (long)gold : null,
        };
        if (Choices is null)
        {
            line["target"] = Target; // what generated text is compared with
        }

        return PythonJson.Dumps(line);
    }

    private object? Describe(TextRequest request) => request switch
    {
        LogLikelihoodRequest pair => new OrderedDictionary<string, object?> { ["context"] = pair.Context, ["continuation"] = pair.Continuation },
        RollingLogLikelihoodRequest rolling => new OrderedDictionary<string, object?> { ["text"] = rolling.Text },
        GenerateUntilRequest generation => new OrderedDictionary<string, object?> { ["context"] = generation.Context, ["gen_kwargs"] = GenerationSettings },
        _ => throw new InvalidOperationException($"Unknown request {request}."),
    };
}
