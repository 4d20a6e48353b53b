using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>A document with what was asked and answered.</summary>
/// <param name="Index">Position in the evaluated split.</param>
/// <param name="Columns">Columns after processing.</param>
/// <param name="Target">The target as the task states it.</param>
/// <param name="Requests">What was asked.</param>
/// <param name="Responses">What was answered, in the same order.</param>
/// <param name="Scores">Metric to value, as <see cref="Scoring.DocumentScorer"/> gives them.</param>
public sealed record EvaluatedDocument(
    int Index,
    IReadOnlyDictionary<string, object?> Columns,
    object? Target,
    IReadOnlyList<TextRequest> Requests,
    IReadOnlyList<TextResponse> Responses,
    IReadOnlyDictionary<string, object?> Scores);
