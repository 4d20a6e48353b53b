using System.Globalization;

namespace LT2.Eval.Harness.Export;

/// <summary>A model as lm-evaluation-harness would see it: a variant with its weights, read out after one loop count.</summary>
/// <param name="VariantId">Variant.</param>
/// <param name="TrainedLoopCount">T; null where there are no loops.</param>
/// <param name="TestedLoopCount">T′; null where there are no loops.</param>
/// <param name="Seed">Training seed; null where nothing was trained.</param>
internal sealed record StoredReadout(string VariantId, int? TrainedLoopCount, int? TestedLoopCount, long? Seed)
{
    /// <summary>Name for files: <c>lt2-gdn@tiny-trained2-loops3-seed1</c>.</summary>
    public string Name => string.Concat(VariantId, Part("-trained", TrainedLoopCount), Part("-loops", TestedLoopCount), Part("-seed", Seed));

    private static string Part(string label, long? value) => value is { } number ? label + number.ToString(CultureInfo.InvariantCulture) : "";
}
