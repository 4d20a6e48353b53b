using LT2.Eval.Models.Decoding;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;
using MathNet.Numerics.Statistics;
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
    /// <summary>Parts of a decoded row whose times give the standard error.</summary>
    private const int Stretches = 8;

    /// <summary>Rows of text for the measurement: the first tokens of as many documents as are long enough.</summary>
    /// <exception cref="TaskException">No document is long enough.</exception>
    public IReadOnlyList<IReadOnlyList<int>> Rows(IEnumerable<TextRequest> requests, int rowCount, int rowLength)
    {
        var rows = requests.OfType<RollingLogLikelihoodRequest>().Select(request => tokenizer.Encode(request.Text)).Where(ids => ids.Count > rowLength)
            .Take(rowCount).Select(ids => (IReadOnlyList<int>)[.. ids.Take(rowLength + 1)]).ToList();
        return rows.Count > 0 ? rows : throw new TaskException($"No document of this task has more than {rowLength} tokens scored as a whole; take shorter rows or a perplexity task.");
    }

    /// <summary>
    /// Measures each threshold; values above 1 run every loop. Each is decoded twice, and the second time counts: how many rows are left after a loop differs from step to
    /// step, and a library's first product with a number of rows takes many times as long as the next. The same text leaves the same numbers both times.
    /// </summary>
    public IReadOnlyList<ExitPoint> Measure(IReadOnlyList<IReadOnlyList<int>> rows, IReadOnlyList<double> thresholds, int loopCount, CancellationToken cancellation)
        => [.. thresholds.Select(threshold =>
        {
            Measure(rows, threshold, loopCount, cancellation);
            return Measure(rows, threshold, loopCount, cancellation);
        })];

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
        var (steps, loops) = (length - prompt, 0L);
        var losses = new double[rows.Count];
        var stretches = new List<double>();
        var (started, begun) = (0L, prompt);
        for (var t = prompt; t < length; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (t == begun)
            {
                device.Synchronise();
                started = clock.GetTimestamp();
            }

            using var step = NewDisposeScope();
            var logits = decoder.Step(ids.narrow(1, t, 1), state).squeeze(1).to(ScalarType.Float32);
            var nats = Functional.cross_entropy(logits, ids.select(1, t + 1), reduction: nn.Reduction.None).cpu().data<float>().ToArray();
            for (var row = 0; row < losses.Length; row++)
            {
                losses[row] += nats[row];
            }

            loops += decoder.LastLoopCounts.Sum();
            if (t + 1 - begun == Math.Max(1, steps / Stretches) || t + 1 == length)
            {
                device.Synchronise();
                stretches.Add(clock.GetElapsedTime(started).TotalMilliseconds / (t + 1 - begun));
                begun = t + 1;
            }
        }

        var tokens = (long)steps * rows.Count;
        return new ExitPoint(
            threshold, losses.Sum() / tokens, (double)loops / tokens, Statistics.Mean(stretches), tokens, steps, StandardError([.. losses.Select(sum => sum / steps)]), StandardError(stretches));
    }

    private static double? StandardError(IReadOnlyList<double> values) => values.Count > 1 ? Statistics.StandardDeviation(values) / Math.Sqrt(values.Count) : null;
}
