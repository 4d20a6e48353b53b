namespace LT2.Eval.Results.Records;

/// <summary>What a model answered to one request of a text sample, such as the log-likelihood of one of its choices.</summary>
/// <param name="CellId">Its cell.</param>
/// <param name="TestedLoopCount">T′.</param>
/// <param name="SampleId">The sample, as in <see cref="SampleRecord"/>.</param>
/// <param name="RequestIndex">Which request of the sample, from 0, in the order in which its case asks.</param>
/// <param name="LogLikelihood">Sum over the scored tokens, natural logarithm; 0 for generation.</param>
/// <param name="IsGreedy">Every scored token was the model's first choice.</param>
/// <param name="Text">Generated text; null for likelihoods.</param>
public sealed record ResponseRecord(string CellId, int TestedLoopCount, string SampleId, int RequestIndex, double LogLikelihood, bool IsGreedy, string? Text = null);
