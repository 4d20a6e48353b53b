using LT2.Eval.Tasks.Contracts;
using Map = System.Collections.Generic.IReadOnlyDictionary<string, object?>;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>A token that stands beside the vocabulary of a <c>tokenizer.json</c> and is found before words are cut.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether it marks something and is no text.</param>
/// <param name="IsSingleWord">Whether it is not found within a word.</param>
/// <param name="StripsLeft">Whether blanks before it go with it.</param>
/// <param name="StripsRight">Whether blanks behind it go with it.</param>
/// <param name="IsNormalized">Whether its normalized text is looked for in normalized text.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial, bool IsSingleWord, bool StripsLeft, bool StripsRight, bool IsNormalized)
{
    /// <summary>The tokens of a file; those without text are left out.</summary>
    /// <exception cref="TaskException">A flag that is neither true nor false, or a token that stands there twice: all of them.</exception>
    public static IReadOnlyList<AddedToken> ReadAll(string path, Map file)
    {
        var problems = new List<string>();
        var tokens = (file.GetValueOrDefault("added_tokens") as IReadOnlyList<object?> ?? []).Cast<Map>()
            .Select(token => Read(path, token, problems)).Where(token => token.Content.Length > 0).ToList();
        problems.AddRange(tokens.CountBy(token => token.Content).Where(pair => pair.Value > 1)
            .Select(pair => $"'{path}': the added token '{pair.Key}' stands there {(pair.Value == 2 ? "twice" : $"{pair.Value} times")}; keep one."));
        return problems.Count == 0 ? tokens : throw new TaskException(problems);
    }

    private static AddedToken Read(string path, Map token, List<string> problems)
    {
        var content = (string)token["content"]!;
        bool Flag(string name, bool without)
        {
            if (token.GetValueOrDefault(name) is { } value and not bool)
            {
                problems.Add($"'{path}': the flag '{name}' of the added token '{content}' must be true or false.");
            }

            return token.GetValueOrDefault(name) as bool? ?? without;
        }

        var special = Flag("special", false);
        return new AddedToken(
            (int)(long)token["id"]!, content, special, Flag("single_word", false), Flag("lstrip", false), Flag("rstrip", false), Flag("normalized", !special));
    }
}
