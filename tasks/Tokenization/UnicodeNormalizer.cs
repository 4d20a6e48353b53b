using System.Text;
using Microsoft.ML.Tokenizers;

namespace LT2.Eval.Tasks.Tokenization;

/// <summary>Brings text into a Unicode normalisation form before it is encoded (<see cref="UnicodeForms"/>).</summary>
internal sealed class UnicodeNormalizer(NormalizationForm form) : Normalizer
{
    /// <inheritdoc/>
    public override string Normalize(string original) => UnicodeForms.Normalize(original, form);

    /// <inheritdoc/>
    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}
