namespace LT2.Eval.Tasks.Tokenization;

/// <summary>Turns text into token ids and back. Free of tensors; safe to use from several threads.</summary>
public interface ITokenizer
{
    /// <summary>Name as checkpoints and records write it: <c>byte</c>, <c>gpt2</c>, <c>cl100k_base</c>.</summary>
    string Name { get; }

    /// <summary>Ids are in [0, VocabularySize), special tokens included.</summary>
    int VocabularySize { get; }

    /// <summary>Id that begins a text; null if the vocabulary has none.</summary>
    int? BeginOfTextId { get; }

    /// <summary>Id that ends a text; null if the vocabulary has none.</summary>
    int? EndOfTextId { get; }

    /// <summary>What stands before the first token of an empty context: begin of text, else end of text.</summary>
    int PrefixId { get; }

    /// <summary>Whether the vocabulary's own habit is to put <see cref="BeginOfTextId"/> before every text.</summary>
    bool AddsBeginOfText { get; }

    /// <summary>Token ids of a text, without special tokens: what looks like one is encoded as plain text. Other tokens beside the vocabulary are found.</summary>
    IReadOnlyList<int> Encode(string text);

    /// <summary>The text of token ids; special tokens give nothing, broken UTF-8 gives U+FFFD.</summary>
    string Decode(IEnumerable<int> ids);
}
