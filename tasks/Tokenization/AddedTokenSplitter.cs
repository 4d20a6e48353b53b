using Microsoft.ML.Tokenizers;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// Cuts a text at added tokens: first at those that are looked for in the text as it is, then, in what lies between and normalized, at
/// the others.
/// </summary>
internal sealed class AddedTokenSplitter
{
    private readonly AddedTokenMatcher asItIs;
    private readonly AddedTokenMatcher normalized;
    private readonly Normalizer? normalizer;

    /// <summary>Prepares the search.</summary>
    /// <param name="tokens">Special and other tokens.</param>
    /// <param name="normalizer">The tokenizer's own; null for none.</param>
    public AddedTokenSplitter(IReadOnlyList<AddedToken> tokens, Normalizer? normalizer)
    {
        this.normalizer = normalizer;
        Tokens = tokens;
        asItIs = new AddedTokenMatcher([.. tokens.Where(token => !token.IsNormalized).Select(token => (token.Content, token))]);
        normalized = new AddedTokenMatcher([.. tokens.Where(token => token.IsNormalized).Select(token => (Normalize(token.Content), token))]);
    }

    /// <summary>The tokens.</summary>
    public IReadOnlyList<AddedToken> Tokens { get; }

    /// <summary>The pieces of a text, in order: a token's id, or text between tokens.</summary>
    public IEnumerable<(string Text, int? Id)> Split(string text) => normalized.IsEmpty
        ? asItIs.Split(text)
        : asItIs.Split(text).SelectMany(piece => piece.Id is null ? normalized.Split(Normalize(piece.Text)) : [piece]);

    private string Normalize(string text) => normalizer?.Normalize(text) ?? text;
}
