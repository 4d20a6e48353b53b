using System.Collections.Immutable;
using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace LT2.Eval.Harness.Execution;

/// <summary>Scores generated samples: one pass a batch reads the model out after every tested loop count, at the labelled positions alone.</summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="loopCounts">Every T′.</param>
/// <param name="batchSize">Sequences in a batch.</param>
public sealed class GeneratedScorer(LoopedModel model, ComputeDevice device, IReadOnlyList<int> loopCounts, int batchSize)
{
    /// <summary>Scores the first samples of a split.</summary>
    /// <returns>For each loop count, the scores in sample order.</returns>
    public IReadOnlyList<(int LoopCount, IReadOnlyList<SampleScore> Scores)> Score(
        IGeneratedCase item, SampleSplit split, long seed, int sampleCount, Action<double, string> progress, CancellationToken cancellation)
    {
        using var noGradients = no_grad();
        var scores = loopCounts.Select(_ => new List<SampleScore>(sampleCount)).ToList();
        for (var first = 0; first < sampleCount; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            var samples = Enumerable.Range(first, Math.Min(batchSize, sampleCount - first))
                .Select(index => item.GetSample(split, seed, index))
                .ToList();
            var responses = Respond(samples);
            for (var loop = 0; loop < loopCounts.Count; loop++)
            {
                scores[loop].AddRange(samples.Select((sample, row) => item.Score(sample, responses[loop][row])));
            }

            progress((double)(first + samples.Count) / sampleCount, $"{first + samples.Count}/{sampleCount} samples");
        }

        return [.. loopCounts.Select((count, index) => (count, (IReadOnlyList<SampleScore>)scores[index]))];
    }

    /// <summary>Answers at every labelled position, for each loop count and sample.</summary>
    public IReadOnlyList<IReadOnlyList<TokenResponse>> Respond(IReadOnlyList<TokenSample> samples)
    {
        using var scope = NewDisposeScope();
        using var batch = TokenRows.ToBatch(samples, device.TorchDevice);
        var positions = batch.Labels.flatten().ne(TokenSample.NoLabel).nonzero().flatten();
        var labels = batch.Labels.flatten().index_select(0, positions);
        return [.. model.ForwardHidden(batch.InputIds, loopCounts).Select(hidden => Split(samples, hidden, positions, labels))];
    }

    private List<TokenResponse> Split(IReadOnlyList<TokenSample> samples, Tensor hidden, Tensor positions, Tensor labels)
    {
        var logits = model.Head(hidden.flatten(0, 1).index_select(0, positions)).to(ScalarType.Float32);
        var logProbabilities = Functional.log_softmax(logits, -1).gather(1, labels.unsqueeze(1)).squeeze(1).to(ScalarType.Float64).cpu().data<double>().ToArray();
        var predicted = logits.argmax(-1).cpu().data<long>().ToArray();
        var responses = new List<TokenResponse>(samples.Count);
        var next = 0;
        foreach (var sample in samples)
        {
            var count = sample.Labels.Count(label => label != TokenSample.NoLabel);
            responses.Add(new TokenResponse(
                [.. predicted.AsSpan(next, count).ToArray().Select(id => (int)id)],
                ImmutableArray.Create(logProbabilities, next, count)));
            next += count;
        }

        return responses;
    }
}
