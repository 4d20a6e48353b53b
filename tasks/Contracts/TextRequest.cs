namespace LT2.Eval.Tasks.Contracts;

/// <summary>A question to a language model; an <see cref="IRequestScorer"/> answers it.</summary>
public abstract record TextRequest;

/// <summary>Log-likelihood of a continuation after a context. The target delimiter belongs to the continuation.</summary>
public sealed record LogLikelihoodRequest(string Context, string Continuation) : TextRequest;

/// <summary>Log-likelihood of a whole text, in windows of the model's maximum length.</summary>
public sealed record RollingLogLikelihoodRequest(string Text) : TextRequest;

/// <summary>Greedy generation until a stop string or a number of new tokens.</summary>
public sealed record GenerateUntilRequest(string Context, IReadOnlyList<string> StopStrings, int MaximumNewTokens) : TextRequest;

/// <summary>The answer to one <see cref="TextRequest"/>.</summary>
/// <param name="LogLikelihood">Sum over the scored tokens, natural log; 0 for generation.</param>
/// <param name="IsGreedy">Every scored token was the model's first choice.</param>
/// <param name="Text">Generated text with stop strings removed; null for likelihood requests.</param>
/// <param name="TokenLogProbabilities">One entry a scored token, in order; null where the scorer has no tokens.</param>
public sealed record TextResponse(
    double LogLikelihood,
    bool IsGreedy,
    string? Text = null,
    IReadOnlyList<double>? TokenLogProbabilities = null);

/// <summary>Answers text requests: a model with a tokenizer, or a model-free stand-in that compares harnesses.</summary>
public interface IRequestScorer
{
    /// <summary>Answers in the order of the requests.</summary>
    IReadOnlyList<TextResponse> Score(IReadOnlyList<TextRequest> requests, CancellationToken cancellation);
}
