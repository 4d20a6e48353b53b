using System.Text;
using Microsoft.ML.Tokenizers;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>Brings text into a Unicode normalisation form before it is encoded; text with lone surrogates stays as it is.</summary>
internal sealed class UnicodeNormalizer(NormalizationForm form) : Normalizer
{
    /// <inheritdoc/>
    public override string Normalize(string original)
    {
        try
        {
            return original.Normalize(form);
        }
        catch (ArgumentException)
        {
            return original;
        }
    }

    /// <inheritdoc/>
    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}
