using LT2.Eval.Models.Training;
using LT2.Eval.Tasks.Contracts;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>Pads samples on the right and makes tensors of them; with causal models the padding changes no scored position.</summary>
public static class TokenRows
{
    private const int PaddingId = 0;

    /// <summary>One batch of int64 tensors [rows, longest] on a device.</summary>
    public static TokenBatch ToBatch(IReadOnlyList<TokenSample> samples, Device device)
    {
        var columns = samples.Max(sample => sample.InputIds.Length);
        var ids = new long[samples.Count * columns];
        var labels = new long[samples.Count * columns];
        Array.Fill(ids, PaddingId);
        Array.Fill(labels, TokenSample.NoLabel);
        for (var row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            for (var column = 0; column < sample.InputIds.Length; column++)
            {
                ids[(row * columns) + column] = sample.InputIds[column];
                labels[(row * columns) + column] = sample.Labels[column];
            }
        }

        return new TokenBatch(
            tensor(ids, [samples.Count, columns]).to(device),
            tensor(labels, [samples.Count, columns]).to(device));
    }
}
