using System.Globalization;
using System.Text.RegularExpressions;

namespace LT2.Eval.Reports.Views;

/// <summary>Names of cases and metrics as people read them.</summary>
internal static partial class CaseNames
{
    /// <summary><c>parity, length 64, 2-shot</c>.</summary>
    public static string Title(string taskId, string caseParameters, int shots)
    {
        var parts = Parameters(caseParameters).Select(pair => $"{Words(pair.Key)} {pair.Value}");
        var shot = shots > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{shots}-shot")] : Array.Empty<string>();
        return string.Join(", ", [taskId, .. parts, .. shot]);
    }

    /// <summary>A metric's name with spaces.</summary>
    public static string Metric(string metric) => metric.Replace('_', ' ');

    /// <summary><c>minimumLength</c> as <c>minimum length</c>.</summary>
    public static string Words(string name) => Capital().Replace(name, match => " " + match.Value.ToLowerInvariant()).Replace('_', ' ');

    /// <summary>
    /// The parameters of a case that vary between cases of a task, and always length and pairs. Cases that share no parameter, such as the stages of a curriculum and one
    /// of them, are not held against each other.
    /// </summary>
    public static string Shown(string caseParameters, IReadOnlyCollection<string> allOfTask)
    {
        var own = Parameters(caseParameters);
        var all = allOfTask.Select(Parameters).ToArray();
        var alike = all.Where(other => other.Any(pair => own.Any(mine => mine.Key == pair.Key))).ToArray();
        all = alike.Length > 1 ? alike : all;
        return string.Join(';', own
            .Where(pair => pair.Key is "length" or "pairs" || (all.Any(other => !other.Contains(pair)) && !IsLengthAgain(pair, caseParameters)))
            .Select(pair => $"{pair.Key}={pair.Value}"));
    }

    /// <summary>The pairs of <c>name=value;name=value</c>, in order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Parameters(string caseParameters) =>
    [
        .. caseParameters.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0].Trim(), pair.Length > 1 ? pair[1].Trim() : "")),
    ];

    /// <summary>The value of a numeric parameter; null when it is absent or not a number.</summary>
    public static double? Number(string caseParameters, string name)
    {
        var text = Parameters(caseParameters).FirstOrDefault(pair => pair.Key == name).Value;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The parameters without those that only say the length again.</summary>
    public static string WithoutRepeatedLength(string caseParameters) =>
        string.Join(';', Parameters(caseParameters).Where(pair => !IsLengthAgain(pair, caseParameters)).Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>Whether a parameter only says the length again: test cases of one length state it twice, word problems without identities three times.</summary>
    public static bool IsLengthAgain(KeyValuePair<string, string> pair, string caseParameters) =>
        pair.Key is "minimumLength" or "activeTokens" && Parameters(caseParameters).Contains(KeyValuePair.Create("length", pair.Value));

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex Capital();
}
