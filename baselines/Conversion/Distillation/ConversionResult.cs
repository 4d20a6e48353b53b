using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>What came of a conversion.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, where it did not finish; else empty.</param>
/// <param name="Student">The student, the caller's to dispose of; null unless finished.</param>
/// <param name="Stages">What each stage reported, in order.</param>
/// <param name="SensitivityByLayer">With the probe: the divergence that each layer's replacement alone causes, in nat a token.</param>
public sealed record ConversionResult(
    TrainingOutcome Outcome, string Reason, LoopedModel? Student, IReadOnlyList<ConversionStageResult> Stages, IReadOnlyDictionary<int, double>? SensitivityByLayer);
