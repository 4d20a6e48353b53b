namespace LT2.Eval.Tasks.Generation;

/// <summary>The sentences of RULER's needle prompts, which its definition fixes to the letter.</summary>
internal static class NeedleText
{
    /// <summary>The line that the repeated haystack consists of.</summary>
    public const string RepeatedLine = "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";

    /// <summary>A needle.</summary>
    public static string Needle(NeedleMaterial value, string key, string text) => $"One of the special magic {Kind(value)}s for {key} is: {text}.";

    /// <summary>What a model reads, up to the answer's beginning.</summary>
    public static string Input(NeedleMaterial value, string context, IReadOnlyList<string> keys, bool single) => single
        ? $"A special magic {Kind(value)} is hidden within the following text. Make sure to memorize it. I will quiz you about the {Kind(value)} afterwards.\n{context}\n"
          + $"What is the special magic {Kind(value)} for {List(keys)} mentioned in the provided text?"
        : $"Some special magic {Kind(value)}s are hidden within the following text. Make sure to memorize it. I will quiz you about the {Kind(value)}s afterwards.\n{context}\n"
          + $"What are all the special magic {Kind(value)}s for {List(keys)} mentioned in the provided text?";

    /// <summary>The answer's beginning.</summary>
    public static string AnswerPrefix(NeedleMaterial value, IReadOnlyList<string> keys, bool single) => single
        ? $"The special magic {Kind(value)} for {List(keys)} mentioned in the provided text is"
        : $"The special magic {Kind(value)}s for {List(keys)} mentioned in the provided text are";

    private static string Kind(NeedleMaterial value) => value == NeedleMaterial.Uuid ? "uuid" : "number";

    private static string List(IReadOnlyList<string> keys) => keys.Count == 1 ? keys[0] : $"{string.Join(", ", keys.Take(keys.Count - 1))}, and {keys[^1]}";
}
