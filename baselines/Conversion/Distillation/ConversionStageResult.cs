using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>One stage of a conversion.</summary>
/// <param name="Name"><c>probe</c>, <c>alignment</c>, <c>distillation</c>, <c>longContext</c> or <c>exitGate</c>.</param>
/// <param name="Tokens">Tokens it read.</param>
/// <param name="Points">Every recorded point.</param>
public sealed record ConversionStageResult(string Name, long Tokens, IReadOnlyList<TrainingPoint> Points);
