using System.Security.Cryptography;
using System.Text;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.TextTasks.Requests;

/// <summary>
/// Answers requests from a hash of their text, without a model, so that two harnesses can be compared prompt byte by prompt byte.
/// With d = SHA-256(context, 0x1f, continuation) in UTF-8 and u the first six bytes of d as a fraction of 2^48, the log-likelihood is
/// −(4u + 0.25 · bytes of the continuation), greedy if the seventh byte is below 64; a rolling text has an empty context and the value
/// −(u + 1.1 · bytes). It generates nothing.
/// </summary>
public sealed class HashScorer : IRequestScorer
{
    /// <inheritdoc/>
    public IReadOnlyList<TextResponse> Score(IReadOnlyList<TextRequest> requests, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return [.. requests.Select(Score)];
    }

    private static TextResponse Score(TextRequest request)
    {
        switch (request)
        {
            case LogLikelihoodRequest pair:
                var (fraction, greedy) = Hash(pair.Context, pair.Continuation);
                return new TextResponse(-((4 * fraction) + (0.25 * Encoding.UTF8.GetByteCount(pair.Continuation))), greedy);
            case RollingLogLikelihoodRequest rolling:
                return new TextResponse(-(Hash(string.Empty, rolling.Text).Fraction + (1.1 * Encoding.UTF8.GetByteCount(rolling.Text))), false);
            case GenerateUntilRequest:
                return new TextResponse(0, false, string.Empty);
            default:
                throw new ArgumentException($"Unknown request {request.GetType().Name}.", nameof(request));
        }
    }

    private static (double Fraction, bool Greedy) Hash(string context, string continuation)
    {
        var digest = SHA256.HashData([.. Encoding.UTF8.GetBytes(context), 0x1f, .. Encoding.UTF8.GetBytes(continuation)]);
        var whole = digest.Take(6).Aggregate(0L, (value, part) => (value << 8) | part);
        return (whole / (double)(1L << 48), digest[6] < 64);
    }
}
