using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Turns the tokens of one text into text as they come. What could still change is held back: a character whose bytes are not all there, and an ending that may become a
/// stop string.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="stops">The text ends before the first of these.</param>
public sealed class TextStream(ITokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly List<int> ids = [];
    private int shown;

    /// <summary>Everything so far, up to a stop string.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Tokens so far.</summary>
    public int Count => ids.Count;

    /// <summary>Whether a stop string came.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Adds a token.</summary>
    /// <returns>Text that is certain now and was not before.</returns>
    public string Add(int id)
    {
        ids.Add(id);
        Text = tokenizer.Decode(ids);
        var certain = Text.TrimEnd('\uFFFD').Length;
        var cut = stops.Where(stop => stop.Length > 0).Select(stop => Text[..certain].IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (cut >= 0)
        {
            (Text, Stopped) = (Text[..cut], true);
            return Show(Text.Length);
        }

        return Show(certain - stops.Select(stop => Overlap(Text[..certain], stop)).DefaultIfEmpty(0).Max());
    }

    /// <summary>What was held back, when no more tokens come.</summary>
    public string Finish() => Show(Text.Length);

    private string Show(int upTo)
    {
        if (upTo <= shown)
        {
            return "";
        }

        var text = Text[shown..upTo];
        shown = upTo;
        return text;
    }

    /// <summary>The longest ending of a text that a stop string begins with.</summary>
    private static int Overlap(string text, string stop)
    {
        for (var length = Math.Min(stop.Length - 1, text.Length); length > 0; length--)
        {
            if (text.EndsWith(stop[..length], StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }
}
