using System.Text.Json;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Store;

/// <summary>Names of enumeration members in the store and in exports: camelCase, as in <c>outOfMemory</c>.</summary>
public static class StoredName
{
    /// <summary>The stored name of a member.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>The member of a stored name; a name nobody wrote is damage.</summary>
    public static T Parse<T>(string name)
        where T : struct, Enum =>
        Names<T>.ByName.TryGetValue(name, out var value)
            ? value
            : throw new ResultsException(
                ResultsProblem.StoreDamaged,
                $"'{name}' is no {typeof(T).Name} (known: {string.Join(", ", Names<T>.ByName.Keys)}). Restore the file from a copy.");

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue =
            Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> ByName = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}
