using System.Text;
using Microsoft.ML.Tokenizers;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>A byte-level byte-pair vocabulary, merged by Microsoft.ML.Tokenizers.</summary>
internal sealed class BytePairTokenizer : ITokenizer
{
    private readonly Tokenizer tokenizer;
    private readonly Dictionary<int, byte[]> pieces;
    private readonly AddedTokenSplitter? addedTokens;

    /// <summary>Wraps a tokenizer.</summary>
    /// <param name="name">Name for records.</param>
    /// <param name="tokenizer">Encodes; knows no special token.</param>
    /// <param name="pieces">Bytes of every id of the vocabulary.</param>
    /// <param name="vocabularySize">Largest id, special ones included, plus one.</param>
    /// <param name="beginOfTextId">May be null.</param>
    /// <param name="endOfTextId">May be null.</param>
    /// <param name="addsBeginOfText">The vocabulary's own habit.</param>
    /// <param name="addedTokens">Finds the tokens beside the vocabulary; null if there are none but special ones.</param>
    public BytePairTokenizer(
        string name,
        Tokenizer tokenizer,
        Dictionary<int, byte[]> pieces,
        int vocabularySize,
        int? beginOfTextId,
        int? endOfTextId,
        bool addsBeginOfText,
        AddedTokenSplitter? addedTokens = null)
    {
        Name = name;
        this.tokenizer = tokenizer;
        this.addedTokens = addedTokens;
        this.pieces = new Dictionary<int, byte[]>(pieces);
        foreach (var token in addedTokens?.Tokens.Where(token => !token.IsSpecial) ?? [])
        {
            this.pieces[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        }

        VocabularySize = vocabularySize;
        BeginOfTextId = beginOfTextId;
        EndOfTextId = endOfTextId;
        AddsBeginOfText = addsBeginOfText && beginOfTextId is not null;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? BeginOfTextId { get; }

    /// <inheritdoc/>
    public int? EndOfTextId { get; }

    /// <inheritdoc/>
    public int PrefixId => BeginOfTextId ?? EndOfTextId ?? 0;

    /// <inheritdoc/>
    public bool AddsBeginOfText { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text) => text.Length == 0 ? [] : addedTokens is null
        ? tokenizer.EncodeToIds(text)
        : [.. addedTokens.Split(text).SelectMany(piece => piece.Id is { } id ? [id] : tokenizer.EncodeToIds(piece.Text))];

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids)
    {
        using var bytes = new MemoryStream();
        foreach (var id in ids)
        {
            if (pieces.TryGetValue(id, out var piece))
            {
                bytes.Write(piece);
            }
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
