using System.Text.RegularExpressions;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>The patterns by which known tokenizers cut a text into words before they merge bytes.</summary>
internal static class SplitPattern
{
    /// <summary>GPT-2, r50k, p50k, and every <c>ByteLevel</c> pre-tokenizer with its own pattern.</summary>
    public const string Gpt2 = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>cl100k and Llama 3.</summary>
    public const string Cl100k =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>o200k.</summary>
    public const string O200k =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Compiles a pattern; it comes from a file, so matching has a time limit.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Regex Compile(string pattern) => new(QuantifierTranslation.Translate(pattern), RegexOptions.Compiled | RegexOptions.CultureInvariant, TimeSpan.FromMinutes(1));
}
