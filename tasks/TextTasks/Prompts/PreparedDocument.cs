namespace LT2.Eval.Tasks.TextTasks.Prompts;

/// <summary>A document as its task reads it.</summary>
/// <param name="Columns">Its columns after processing.</param>
/// <param name="Context">The context; for several contexts (<paramref name="ContextIndex"/>) empty.</param>
/// <param name="ContextIndex">Where each choice is a context of its own: the index of the right one; else null.</param>
/// <param name="Choices">The choices; null if the task has none.</param>
/// <param name="Target">The target as the task states it: a text, an index, or a list.</param>
public sealed record PreparedDocument(
    IReadOnlyDictionary<string, object?> Columns,
    string Context,
    int? ContextIndex,
    IReadOnlyList<string>? Choices,
    object? Target)
{
    /// <summary>Stands for "the target is none of the choices".</summary>
    public const int NoGold = -100;

    /// <summary>Index of the right choice; <see cref="NoGold"/> if the target is none of them.</summary>
    public int GoldIndex => ContextIndex ?? Target switch
    {
        long index => Choices is null || index < Choices.Count ? (int)index : NoGold,
        string text => Choices?.ToList().IndexOf(text) is >= 0 and var index ? index : NoGold,
        IReadOnlyList<object?> { Count: > 0 } list when list[0] is long index => (int)index,
        _ => NoGold,
    };
}
