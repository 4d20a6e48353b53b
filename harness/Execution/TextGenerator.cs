using LT2.Eval.Models.Decoding;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Tokenization;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Continues a batch of prompts. Prompts of one length are read together; then all decode side by side, one token a step (captured in CUDA graphs where that works), and a
/// text that ended leaves the batch.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="tokenizer">The tokenizer it was trained with.</param>
/// <param name="settings">How.</param>
public sealed class TextGenerator(LoopedModel model, ComputeDevice device, ITokenizer tokenizer, GenerationSettings settings)
{
    private sealed record Sequence(int Index, TextStream Stream)
    {
        public string? EndedBy { get; set; }

        public long Loops { get; set; }
    }

    /// <summary>Tokens read before the first one is generated.</summary>
    public int PrefillTokens { get; private set; }

    /// <summary>Generates.</summary>
    /// <param name="prompts">One text each; an empty one starts from the tokenizer's first id.</param>
    /// <param name="emit">Receives (prompt, text) as it becomes certain.</param>
    /// <param name="afterPrefill">Called once the prompts are read.</param>
    /// <param name="cancellation">Ends generation between two steps; what there is is returned.</param>
    public IReadOnlyList<GeneratedContinuation> Generate(IReadOnlyList<string> prompts, Action<int, string> emit, Action afterPrefill, CancellationToken cancellation)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var sequences = prompts.Select((_, index) => new Sequence(index, new TextStream(tokenizer, settings.StopStrings))).ToList();
        var (state, logits, rows) = Prefill(prompts, sequences);
        device.Synchronise();
        afterPrefill();
        var exits = settings.WeightedLogits ? EarlyExitDecoder.Weighted(model) : settings.ExitThreshold is { } threshold ? new EarlyExitDecoder(model, threshold) : null;
        var sampler = new TokenSampler(settings.Sampling);
        CapturedDecode? captured = null;
        try
        {
            // The first token comes from the prefill, which runs every loop.
            IReadOnlyList<int> loops = [.. rows.Select(_ => settings.LoopCount)];
            for (var position = 0; rows.Count > 0 && !cancellation.IsCancellationRequested; position++)
            {
                var next = sampler.Next(logits, [.. rows.Select(row => row.Index)], position);
                for (var row = 0; row < rows.Count; row++)
                {
                    Take(rows[row], next[row], loops[row], emit);
                }

                var stay = Enumerable.Range(0, rows.Count).Where(row => rows[row].EndedBy is null).ToList();
                if (stay.Count < rows.Count)
                {
                    captured?.Dispose();
                    captured = null;
                    var fewer = stay.Count > 0 ? state.Rows(stay) : null;
                    state.Dispose();
                    (state, rows) = (fewer!, [.. stay.Select(row => rows[row])]);
                }

                if (rows.Count == 0)
                {
                    break;
                }

                using var step = NewDisposeScope();
                var ids = tensor([.. stay.Select(row => (long)next[row])], [stay.Count, 1]).to(device.TorchDevice);
                logits.Dispose();
                captured ??= exits is null ? new CapturedDecode(model, state) : null;
                logits = (exits?.Step(ids, state) ?? captured!.Step(ids)).squeeze(1).DetachFromDisposeScope();
                loops = exits?.LastLoopCounts ?? [.. stay.Select(_ => settings.LoopCount)];
            }
        }
        finally
        {
            captured?.Dispose();
            if (rows.Count > 0)
            {
                state.Dispose();
            }

            logits.Dispose();
        }

        return [.. sequences.Select(sequence => Ended(sequence, emit))];
    }

    private (LoopState State, Tensor Logits, IReadOnlyList<Sequence> Rows) Prefill(IReadOnlyList<string> prompts, List<Sequence> sequences)
    {
        var encoded = prompts.Select(prompt => tokenizer.Encode(prompt)).Select(ids => ids.Count == 0 ? [tokenizer.PrefixId] : ids).ToList();
        PrefillTokens = encoded.Sum(ids => ids.Count);
        var capacity = encoded.Max(ids => ids.Count) + settings.MaximumNewTokens;
        var states = new List<LoopState>();
        var logits = new List<Tensor>();
        var rows = new List<Sequence>();
        foreach (var group in sequences.GroupBy(sequence => encoded[sequence.Index].Count))
        {
            var state = model.NewState(group.Count(), capacity, settings.LoopCount);
            var ids = tensor([.. group.SelectMany(sequence => encoded[sequence.Index].Select(id => (long)id))], [group.Count(), group.Key]).to(device.TorchDevice);
            logits.Add(model.Advance(ids, state, lastPositionOnly: true).squeeze(1));
            states.Add(state);
            rows.AddRange(group);
        }

        if (states.Count == 1)
        {
            return (states[0], logits[0].DetachFromDisposeScope(), rows);
        }

        var joined = LoopState.Join(states);
        states.ForEach(state => state.Dispose());
        return (joined, cat([.. logits], 0).DetachFromDisposeScope(), rows);
    }

    private void Take(Sequence sequence, int id, int loops, Action<int, string> emit)
    {
        if (id == tokenizer.EndOfTextId)
        {
            sequence.EndedBy = "endOfText";
            return;
        }

        sequence.Loops += loops;
        if (sequence.Stream.Add(id) is { Length: > 0 } text)
        {
            emit(sequence.Index, text);
        }

        sequence.EndedBy = sequence.Stream.Stopped ? "stopString" : sequence.Stream.Count >= settings.MaximumNewTokens ? "limit" : null;
    }

    private static GeneratedContinuation Ended(Sequence sequence, Action<int, string> emit)
    {
        if (sequence.Stream.Finish() is { Length: > 0 } text)
        {
            emit(sequence.Index, text);
        }

        return new GeneratedContinuation(
            sequence.Stream.Text, sequence.Stream.Count, sequence.EndedBy ?? "interrupted", sequence.Stream.Count == 0 ? 0 : (double)sequence.Loops / sequence.Stream.Count);
    }
}
