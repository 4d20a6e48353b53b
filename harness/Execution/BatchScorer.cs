using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Answers a batch of windows after every tested loop count. A shared prefix is read once; its states (recurrent states, convolution tails and caches of every
/// loop and layer) are forked for the rows that go on from it.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="loopCounts">Every T′.</param>
/// <param name="limits">How much goes into one pass.</param>
internal sealed class BatchScorer(LoopedModel model, ComputeDevice device, IReadOnlyList<int> loopCounts, ScoringLimits limits)
{
    private const int LargestLogitsElements = 1 << 25; // 128 MiB in float32

    private const int PaddingId = 0; // to the right of what is scored: causal models do not see it

    /// <summary>The answers to each window of the batch, one a loop count.</summary>
    public IReadOnlyDictionary<RequestWindow, WindowAnswer[]> Answer(ScoringBatch batch)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var answers = batch.Rows.SelectMany(item => item.Row.Windows)
            .ToDictionary(window => window, window => loopCounts.Select(_ => new WindowAnswer(window.TargetIds.Count)).ToArray());
        if (batch.PrefixLength > 0)
        {
            ReadShared(batch, answers);
            return answers;
        }

        var rows = batch.Rows.Select((item, index) => (index, item.Row)).ToList();
        var ids = Ids(rows.Select(item => item.Row.InputIds), 0, int.MaxValue);
        var readouts = AveragesDraws ? model.ForwardReadouts(ids, loopCounts) : model.ForwardHidden(ids, loopCounts);
        Read(readouts, Scored(rows, 0, (int)ids.shape[1], answers));
        return answers;
    }

    // Logits of several random draws are averaged; their hidden states are not to be had.
    private bool AveragesDraws => model.Definition.Draw is not null;

    private void ReadShared(ScoringBatch batch, Dictionary<RequestWindow, WindowAnswer[]> answers)
    {
        var prefix = batch.PrefixLength;
        var longest = batch.Rows.Max(item => item.Row.InputIds.Count);
        using var state = model.NewState(batch.Groups.Count, longest, loopCounts.Max());
        using (NewDisposeScope())
        {
            var ids = Ids(batch.Groups.Select(group => group.Rows[0].InputIds), 0, prefix);
            Read(model.AdvanceHidden(ids, state, loopCounts), Scored(batch.Rows, 0, prefix, answers));
        }

        var further = batch.Rows.Where(item => item.Row.InputIds.Count > prefix);
        var most = limits.MostStates(longest, Math.Max(1, longest - prefix));
        foreach (var block in ScoringPlan.CutByLength(further, item => item.Row.InputIds.Count - prefix, most, limits.PassCostInTokens))
        {
            using var blockScope = NewDisposeScope();
            using var forked = state.Rows([.. block.Select(item => item.Group)]);
            var ids = Ids(block.Select(item => item.Row.InputIds), prefix, int.MaxValue);
            Read(model.AdvanceHidden(ids, forked, loopCounts), Scored(block.Select((item, index) => (index, item.Row)), prefix, (int)ids.shape[1], answers));
        }
    }

    /// <summary>The ids at <paramref name="first"/> and behind, padded to the longest or cut to <paramref name="most"/>: [rows, n].</summary>
    private Tensor Ids(IEnumerable<IReadOnlyList<int>> sequences, int first, int most)
    {
        var rows = sequences.ToList();
        var width = Math.Min(most, rows.Max(row => row.Count) - first);
        var ids = new long[rows.Count * width];
        Array.Fill(ids, PaddingId);
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < Math.Min(width, rows[row].Count - first); column++)
            {
                ids[(row * width) + column] = rows[row][first + column];
            }
        }

        return tensor(ids, [rows.Count, width]).to(device.TorchDevice);
    }

    /// <summary>What is scored among the positions from <paramref name="first"/> that a pass of <paramref name="width"/> positions a sequence has read.</summary>
    private static IEnumerable<ScoredPosition> Scored(IEnumerable<(int Sequence, WindowRow Row)> rows, int first, int width, Dictionary<RequestWindow, WindowAnswer[]> answers)
    {
        foreach (var (sequence, row) in rows)
        {
            foreach (var window in row.Windows)
            {
                var begin = row.InputIds.Count - window.TargetIds.Count - first;
                for (var index = Math.Max(0, -begin); index < window.TargetIds.Count && begin + index < width; index++)
                {
                    yield return new ScoredPosition((sequence * width) + begin + index, window.TargetIds[index], answers[window], index);
                }
            }
        }
    }

    /// <summary>Reads answers off final hidden states, or off logits, [sequences, positions, …] for each loop count.</summary>
    private void Read(IReadOnlyList<Tensor> readouts, IEnumerable<ScoredPosition> positions)
    {
        foreach (var part in positions.Chunk(Math.Max(1, LargestLogitsElements / model.Definition.VocabularySize)))
        {
            using var scope = NewDisposeScope();
            var places = tensor(part.Select(item => (long)item.Place).ToArray()).to(device.TorchDevice);
            var labels = tensor(part.Select(item => (long)item.Label).ToArray()).to(device.TorchDevice);
            for (var loop = 0; loop < loopCounts.Count; loop++)
            {
                var read = readouts[loop].flatten(0, 1).index_select(0, places);
                var logits = (AveragesDraws ? read : model.Head(read)).to(model.ElementType == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
                var logProbabilities = Functional.log_softmax(logits, -1).gather(1, labels.unsqueeze(1)).squeeze(1).to(ScalarType.Float64).cpu().data<double>().ToArray();
                var greedy = logits.argmax(-1).eq(labels).cpu().data<bool>().ToArray();
                for (var i = 0; i < part.Length; i++)
                {
                    part[i].Answers[loop].Add(part[i].Index, logProbabilities[i], greedy[i]);
                }
            }
        }
    }

    private readonly record struct ScoredPosition(int Place, int Label, WindowAnswer[] Answers, int Index);
}
