using System.Text;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>
/// UTF-8 bytes as ids 0–255, begin of text 256, end of text 257: the default of small models, with nothing to download and bits
/// per byte equal to bits per token.
/// </summary>
public sealed class ByteTokenizer : ITokenizer
{
    /// <summary>Id of the begin of a text.</summary>
    public const int BeginOfText = 256;

    /// <summary>Id of the end of a text.</summary>
    public const int EndOfText = 257;

    /// <inheritdoc/>
    public string Name => "byte";

    /// <inheritdoc/>
    public int VocabularySize => 258;

    /// <inheritdoc/>
    public int? BeginOfTextId => BeginOfText;

    /// <inheritdoc/>
    public int? EndOfTextId => EndOfText;

    /// <inheritdoc/>
    public int PrefixId => BeginOfText;

    /// <inheritdoc/>
    public bool AddsBeginOfText => false;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text) => Array.ConvertAll(Encoding.UTF8.GetBytes(text), value => (int)value);

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids) => Encoding.UTF8.GetString([.. ids.Where(id => id is >= 0 and < 256).Select(id => (byte)id)]);
}
