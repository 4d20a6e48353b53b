using System.Text.RegularExpressions;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Scoring;

/// <summary>What is done with generated text, and how it is compared with references.</summary>
public static partial class GeneratedText
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>The filter functions there are.</summary>
    public static IReadOnlyList<string> FilterNames { get; } = ["remove_whitespace", "lowercase", "uppercase", "take_first"];

    /// <summary>The text up to the first occurrence of each stop string, in the order of the list; empty stops are ignored.</summary>
    public static string CutAtStops(string text, IEnumerable<string> stops)
    {
        foreach (var stop in stops.Where(stop => stop.Length > 0))
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            text = at < 0 ? text : text[..at];
        }

        return text;
    }

    /// <summary>Applies a task's filter functions.</summary>
    public static string Filter(string text, IEnumerable<string> functions)
    {
        foreach (var function in functions)
        {
            text = function switch
            {
                "remove_whitespace" => PythonText.Strip(text),
                "lowercase" => PythonCase.Lower(text),
                "uppercase" => text.ToUpperInvariant(),
                "take_first" => text,
                _ => throw new Contracts.TaskException($"There is no filter function '{function}': {string.Join(", ", FilterNames)} are known."),
            };
        }

        return text;
    }

    /// <summary>contains: any reference occurs in the text, literally and without regard to case; an empty one always does.</summary>
    public static bool Contains(string text, IEnumerable<string> references) => references.Any(reference =>
        Regex.IsMatch(text, Regex.Escape(reference), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    /// <summary>exact_match: equal to any reference after what the metric's entry says to ignore.</summary>
    public static bool ExactMatch(string text, IEnumerable<string> references, MetricEntry entry) =>
        references.Any(reference => Normalize(reference, entry) == Normalize(text, entry));

    /// <summary>F1 of two texts as bags of words in lower case, without punctuation and articles (SQuAD's definition).</summary>
    public static double F1(string text, IEnumerable<string> references) => references.Select(reference => F1(text, reference)).DefaultIfEmpty(0).Max();

    /// <summary>Generated text as the needle tasks read it: trimmed, control characters as line ends, trimmed again.</summary>
    public static string WithoutControlCharacters(string text) => PythonText.Strip(ControlCharacter().Replace(PythonText.Strip(text), "\n"));

    private static string Normalize(string text, MetricEntry entry)
    {
        foreach (var pattern in entry.Fields.GetValueOrDefault("regexes_to_ignore") as IReadOnlyList<object?> ?? [])
        {
            text = Regex.Replace(text, PythonFormat.Str(pattern), string.Empty, RegexOptions.CultureInvariant);
        }

        text = entry.Flag("ignore_case") ? PythonCase.Lower(text) : text;
        text = entry.Flag("ignore_punctuation") ? string.Concat(text.Where(letter => !Punctuation.Contains(letter, StringComparison.Ordinal))) : text;
        return entry.Flag("ignore_numbers") ? string.Concat(text.Where(letter => !char.IsAsciiDigit(letter))) : text;
    }

    private static double F1(string text, string reference)
    {
        var (predicted, gold) = (Words(text), Words(reference));
        if (predicted.Count == 0 || gold.Count == 0)
        {
            return predicted.Count == gold.Count ? 1 : 0;
        }

        double shared = gold.GroupBy(word => word).Sum(group => Math.Min(group.Count(), predicted.Count(word => word == group.Key)));
        var (precision, recall) = (shared / predicted.Count, shared / gold.Count);
        return shared == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static List<string> Words(string text)
    {
        var plain = string.Concat(text.ToLowerInvariant().Where(letter => !Punctuation.Contains(letter, StringComparison.Ordinal)));
        return [.. PythonText.SplitOnBlanks(Article().Replace(plain, " ")).Where(word => word.Length > 0)];
    }

    [GeneratedRegex(@"[\x00-\x1f]")]
    private static partial Regex ControlCharacter();

    [GeneratedRegex(@"\b(a|an|the)\b")]
    private static partial Regex Article();
}
