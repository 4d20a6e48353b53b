using System.Collections.Immutable;

namespace LT2.Eval.Tasks.Contracts;

/// <summary>What a model answered at the labelled indices of one <see cref="TokenSample"/>, in index order.</summary>
/// <param name="PredictedIds">Highest-ranked id at each labelled index (the lowest id wins ties).</param>
/// <param name="LabelLogProbabilities">Natural-log probability of each label.</param>
public sealed record TokenResponse(ImmutableArray<int> PredictedIds, ImmutableArray<double> LabelLogProbabilities);
