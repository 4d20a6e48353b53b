using System.Collections.Immutable;

namespace LT2.Eval.Results.Records;

/// <summary>One logged step of training.</summary>
/// <param name="CellId">Its cell.</param>
/// <param name="Step">Optimiser step, from 1.</param>
/// <param name="TokensSeen">Input tokens so far.</param>
/// <param name="Loss">Training loss, nat/token.</param>
/// <param name="GradientNorm">Global gradient norm before clipping.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="ResidualRmsByLoop">Root mean square of the residual stream after each loop; may be empty.</param>
public sealed record TrainingPointRecord(
    string CellId,
    int Step,
    long TokensSeen,
    double Loss,
    double GradientNorm,
    double LearningRate,
    ImmutableArray<double> ResidualRmsByLoop);
