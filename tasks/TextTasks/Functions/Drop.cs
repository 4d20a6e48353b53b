using System.Globalization;
using System.Text.RegularExpressions;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Functions;

/// <summary>DROP: its reference answers, and exact match and F1 over bags of normalised words (Dua et al., NAACL 2019).</summary>
internal static partial class Drop
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public static object Process(IReadOnlyDictionary<string, object?> document) => new OrderedDictionary<string, object?>(document)
    {
        ["id"] = document.Get("query_id"),
        ["answers"] = Answers(document).Select(answer => (object?)answer.Select(span => (object?)span).ToList()).ToList(),
    };

    /// <summary>The best exact match and F1 of a prediction over the reference answers.</summary>
    public static (double ExactMatch, double F1) Score(string prediction, IReadOnlyList<IReadOnlyList<string>> answers)
    {
        var (bestExactMatch, bestF1) = (0.0, 0.0);
        foreach (var answer in answers.Where(answer => PythonText.Strip(answer[0]).Length > 0))
        {
            var (exactMatch, f1) = Compare(prediction, answer);
            bestExactMatch = Math.Max(bestExactMatch, exactMatch);
            bestF1 = Math.Max(bestF1, f1);
        }

        return (bestExactMatch, bestF1);
    }

    private static List<IReadOnlyList<string>> Answers(IReadOnlyDictionary<string, object?> document)
    {
        var validated = document.Map("validated_answers");
        var candidates = Enumerable.Range(0, validated.List("number").Count).Select(i => Parse(
                PythonFormat.Str(validated.List("number")[i]),
                validated.List("spans")[i] as IReadOnlyList<object?> ?? [],
                validated.List("date")[i] as IReadOnlyDictionary<string, object?>))
            .Prepend(Parse(document.Map("answer").Text("number"), document.Map("answer").List("spans"), document.Map("answer").Map("date")));
        var answers = new List<IReadOnlyList<string>>();
        foreach (var candidate in candidates.Where(candidate => !answers.Any(answer => answer.SequenceEqual(candidate))))
        {
            answers.Add(candidate);
        }

        return answers;
    }

    private static IReadOnlyList<string> Parse(string number, IReadOnlyList<object?> spans, IReadOnlyDictionary<string, object?>? date)
    {
        if (number.Length > 0)
        {
            return [number];
        }

        return spans.Count > 0
            ? [.. spans.Select(PythonFormat.Str)]
            : [PythonText.Strip(date is null ? string.Empty : $"{date.Text("day")} {date.Text("month")} {date.Text("year")}")];
    }

    private static (double ExactMatch, double F1) Compare(string prediction, IReadOnlyList<string> answer)
    {
        var predicted = Normalize(prediction);
        var golds = answer.Select(Normalize).ToList();
        var exactMatch = golds.Count == 1 && golds[0] == predicted ? 1.0 : 0.0;

        // One prediction against several spans: the best assignment is the best span; the others count as missed.
        var predictedBag = Bag(predicted);
        var best = golds.Select(Bag).Select(gold => NumbersMatch(gold, predictedBag) ? F1(gold, predictedBag) : 0).Max();
        return (exactMatch, Math.Round(best / golds.Count, 2, MidpointRounding.ToEven));
    }

    private static HashSet<string> Bag(string normalized) => [.. normalized.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static bool NumbersMatch(HashSet<string> gold, HashSet<string> predicted)
    {
        var numbers = gold.Where(IsNumber).ToHashSet();
        return numbers.Count == 0 || numbers.Overlaps(predicted.Where(IsNumber));
    }

    private static double F1(HashSet<string> gold, HashSet<string> predicted)
    {
        double shared = gold.Count(predicted.Contains);
        var precision = predicted.Count == 0 ? 1.0 : shared / predicted.Count;
        var recall = gold.Count == 0 ? 1.0 : shared / gold.Count;
        return precision == 0 && recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    private static string Normalize(string answer) => string.Join(' ', answer.Split(' ', '-')
        .Select(PythonCase.Lower)
        .Select(token => IsNumber(token) ? token : string.Concat(token.Where(letter => !Punctuation.Contains(letter, StringComparison.Ordinal))))
        .Select(token => IsNumber(token) ? PythonFormat.Repr(ToNumber(token)) : token)
        .Select(token => Article().Replace(token, " "))
        .Select(token => string.Join(' ', PythonText.SplitOnBlanks(PythonText.Strip(token))))
        .Where(token => token.Length > 0));

    private static bool IsNumber(string text) => !double.IsNegativeInfinity(ToNumber(text)) || PythonText.Strip(text) is "-inf" or "-infinity";

    // What Python's float() reads; minus infinity stands for "no number".
    private static double ToNumber(string text) => WithAsciiDigits(PythonText.Strip(text)).TrimStart('+') switch
    {
        "inf" or "infinity" => double.PositiveInfinity,
        "nan" or "-nan" => double.NaN,
        var plain when plain.Length > 0 && plain.All(letter => char.IsAsciiDigit(letter) || letter is '.' or '-' or '+' or 'e')
            && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => double.NegativeInfinity,
    };

    // Decimal digits of any script are digits; an underscore may stand between two of them.
    private static string WithAsciiDigits(string text) => UnderscoreInside().Replace(
        string.Concat(text.Select(letter => char.IsDigit(letter) ? (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(letter)) : letter)), string.Empty);

    [GeneratedRegex(@"(?<=[0-9])_(?=[0-9])")]
    private static partial Regex UnderscoreInside();

    [GeneratedRegex(@"\b(a|an|the)\b")]
    private static partial Regex Article();
}
