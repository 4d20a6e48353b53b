using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>Where the batches of a conversion's stage come from.</summary>
/// <param name="stage"><c>probe</c>, <c>alignment</c>, <c>distillation</c>, <c>longContext</c> or <c>exitGate</c>; stages should not read the same rows.</param>
/// <param name="budget">Rows and tokens a batch.</param>
/// <param name="validation">Whether the validation part of the data is asked for.</param>
public delegate ITokenBatchSource StageBatches(string stage, ConversionStage budget, bool validation);
