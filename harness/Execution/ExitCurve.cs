using LT2.Eval.Models.Decoding;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Quality and latency of early exit against its threshold. The first half of each row is read as a prompt, through every loop; the second half is decoded token by token
/// with the text's own tokens as input, so every threshold answers the same question and a token that left early costs what it really costs.
/// </summary>
/// <param name="model">A model with an exit gate.</param>
/// <param name="device">Its device.</param>
/// <param name="tokenizer">The tokenizer it was trained with.</param>
/// <param name="clock">Source of time.</param>
public sealed class ExitCurve(LoopedModel model, ComputeDevice device, ITokenizer tokenizer, TimeProvider clock)
{
    /// <summary>Rows of text for the measurement: the first tokens of as many documents as are long enough.</summary>
    /// <exception cref="TaskException">No document is long enough.</exception>
    public IReadOnlyList<IReadOnlyList<int>> Rows(IEnumerable<TextRequest> requests, int rowCount, int rowLength)
    {
        var rows = requests.OfType<RollingLogLikelihoodRequest>().Select(request => tokenizer.Encode(request.Text)).Where(ids => ids.Count > rowLength)
            .Take(rowCount).Select(ids => (IReadOnlyList<int>)[.. ids.Take(rowLength + 1)]).ToList();
        return rows.Count > 0 ? rows : throw new TaskException($"No document of this task has more than {rowLength} tokens scored as a whole; take shorter rows or a perplexity task.");
    }

    /// <summary>Measures each threshold; values above 1 run every loop.</summary>
    public IReadOnlyList<ExitPoint> Measure(IReadOnlyList<IReadOnlyList<int>> rows, IReadOnlyList<double> thresholds, int loopCount, CancellationToken cancellation)
        => [.. thresholds.Select(threshold => Measure(rows, threshold, loopCount, cancellation))];

    private ExitPoint Measure(IReadOnlyList<IReadOnlyList<int>> rows, double threshold, int loopCount, CancellationToken cancellation)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var length = rows[0].Count - 1;
        var prompt = length / 2;
        var ids = tensor([.. rows.SelectMany(row => row.Select(id => (long)id))], [rows.Count, length + 1]).to(device.TorchDevice);
        using var state = model.NewState(rows.Count, length, loopCount);
        model.Advance(ids.narrow(1, 0, prompt), state, lastPositionOnly: true).Dispose();
        var decoder = new EarlyExitDecoder(model, threshold);
        var (loss, loops, tokens) = (0.0, 0L, 0L);
        device.Synchronise();
        var started = clock.GetTimestamp();
        for (var t = prompt; t < length; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var logits = decoder.Step(ids.narrow(1, t, 1), state).squeeze(1).to(ScalarType.Float32);
            loss += Functional.cross_entropy(logits, ids.select(1, t + 1), reduction: nn.Reduction.Sum).item<float>();
            loops += decoder.LastLoopCounts.Sum();
            tokens += rows.Count;
        }

        device.Synchronise();
        return new ExitPoint(threshold, loss / tokens, (double)loops / tokens, clock.GetElapsedTime(started).TotalMilliseconds / (length - prompt), tokens);
    }
}
