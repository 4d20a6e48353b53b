namespace LT2.Eval.Tasks.Data;

/// <summary>A chapter of a novel.</summary>
/// <param name="Novel">Name of its file without extension.</param>
/// <param name="Number">1 for the novel's first, counted through all volumes.</param>
/// <param name="Text">Its text below the chapter's head; lines end in <c>\n</c>.</param>
public sealed record NovelChapter(string Novel, int Number, string Text)
{
    /// <summary>Stable id: <c>emma/12</c>.</summary>
    public string Id => $"{Novel}/{Number}";
}
