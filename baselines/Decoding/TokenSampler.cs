using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Decoding;

/// <summary>
/// Chooses next tokens from logits: temperature, then top-k, then top-p (nucleus, Holtzman et al. 2020), then a draw. A draw is a function of (seed, sequence, position) alone,
/// so a sequence comes out the same whatever else is in its batch.
/// </summary>
public sealed class TokenSampler(SamplingOptions options)
{
    /// <summary>One token for each row.</summary>
    /// <param name="logits">[B, V].</param>
    /// <param name="sequences">Which sequence each row is.</param>
    /// <param name="position">Tokens generated before.</param>
    public IReadOnlyList<int> Next(Tensor logits, IReadOnlyList<int> sequences, int position)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        if (options.Temperature == 0) return [.. logits.argmax(-1).cpu().data<long>().Select(id => (int)id)];
        var (sorted, ids) = logits.to(ScalarType.Float32).div(options.Temperature).sort(-1, descending: true, stable: true);
        var kept = Math.Min(options.TopK ?? int.MaxValue, (int)sorted.shape[1]);
        var probabilities = sorted.narrow(1, 0, kept).softmax(-1).to(ScalarType.Float64).cpu();
        var chosenIds = ids.narrow(1, 0, kept).cpu();
        return [.. sequences.Select((sequence, row) => (int)chosenIds[row, Draw(probabilities[row].data<double>().ToArray(), sequence, position)].item<long>())];
    }

    int Draw(double[] probabilities, int sequence, int position)
    {
        var count = probabilities.Length;
        if (options.TopP is { } limit)
        {
            var mass = 0.0;
            for (count = 0; count < probabilities.Length && mass < limit; count++) mass += probabilities[count];
        }
        var total = probabilities.Take(count).Sum();
        var left = (MixerDraws.Mix(options.Seed, sequence, position) >> 11) * (1.0 / (1L << 53)) * total;
        for (var i = 0; i < count - 1; i++)
            if ((left -= probabilities[i]) < 0) return i;
        return count - 1;
    }
}
