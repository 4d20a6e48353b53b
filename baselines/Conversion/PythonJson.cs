using System.Text.Json;
using System.Text.RegularExpressions;

namespace LT2.Eval.Models.Conversion;

/// <summary>JSON as Python writes it: with <c>Infinity</c>, <c>-Infinity</c> and <c>NaN</c>, which JSON does not have. They become strings.</summary>
internal static partial class PythonJson
{
    /// <exception cref="JsonException">Not JSON even so.</exception>
    internal static JsonElement Parse(string text)
    {
        using var json = JsonDocument.Parse(Extension().Replace(text, match => match.Groups["number"].Success ? $"\"{match.Value}\"" : match.Value));
        return json.RootElement.Clone();
    }

    // Strings are matched as a whole, so that words inside them stay.
    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""|(?<number>-?Infinity|NaN)", RegexOptions.Singleline)]
    private static partial Regex Extension();
}
