namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>How the sensitivity of each layer is measured: every layer's replacement is aligned for a while, then each stands in alone.</summary>
/// <param name="Alignment">The short alignment before measuring.</param>
/// <param name="Batches">Batches measured on, of the alignment's shape, from the validation part of the data.</param>
public sealed record SensitivityProbe(ConversionStage Alignment, int Batches);
