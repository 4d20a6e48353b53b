using System.Globalization;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>Heads of an attention layer.</summary>
/// <param name="QueryHeads">HQ.</param>
/// <param name="KeyHeads">H, shared by HQ / H query heads each.</param>
/// <param name="HeadWidth">D.</param>
internal sealed record AttentionShape(int QueryHeads, int KeyHeads, int HeadWidth)
{
    internal static AttentionShape Of(ModelDefinition model, MixerChoice attention)
    {
        int Number(string option, int fallback) =>
            attention.Options.TryGetValue(option, out var text) && text != "auto" ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
        var heads = Number("heads", model.HeadCount);
        return new AttentionShape(heads, Number("keyValueHeads", heads), Number("headDimension", model.Width / heads));
    }
}
