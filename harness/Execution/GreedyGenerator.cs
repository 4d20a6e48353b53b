using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Scoring;
using LT2.Eval.Tasks.Tokenization;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Continues a context greedily until a stop string, the end-of-text id or the limit. Caches and decode graphs are made once for a loop count and serve every request
/// that fits them.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="tokenizer">The tokenizer it was trained with.</param>
/// <param name="encoder">Gives the ids of contexts.</param>
/// <param name="maximumLength">Most ids the model reads at once.</param>
public sealed class GreedyGenerator(LoopedModel model, ComputeDevice device, ITokenizer tokenizer, RequestWindows encoder, int maximumLength) : IDisposable
{
    private readonly Dictionary<int, CapturedDecode> decoders = [];

    /// <summary>Generates; the context keeps its last (maximum length − new tokens) ids.</summary>
    public TextResponse Generate(GenerateUntilRequest request, int loopCount, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var kept = encoder.Context(request);
        var decode = Decoder(loopCount, kept.Count + request.MaximumNewTokens);
        var next = Best(model.Advance(Ids([.. kept.Select(id => (long)id)]), decode.State, lastPositionOnly: true));
        var generated = new List<int>();
        while (generated.Count < request.MaximumNewTokens && next != tokenizer.EndOfTextId)
        {
            cancellation.ThrowIfCancellationRequested();
            generated.Add((int)next);
            if (request.StopStrings.Any(stop => tokenizer.Decode(generated).Contains(stop, StringComparison.Ordinal)))
            {
                break;
            }

            using var step = NewDisposeScope();
            next = Best(decode.Step(Ids([next])));
        }

        return new TextResponse(0, false, GeneratedText.CutAtStops(tokenizer.Decode(generated), request.StopStrings));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var decode in decoders.Values)
        {
            Free(decode);
        }

        decoders.Clear();
    }

    private static long Best(Tensor logits) => logits.flatten().argmax().item<long>();

    private static void Free(CapturedDecode decode)
    {
        decode.Dispose();
        decode.State.Dispose();
    }

    private Tensor Ids(long[] ids) => tensor(ids, [1, ids.Length]).to(device.TorchDevice);

    /// <summary>A decoder at the start of a sequence, with room for so many tokens; grown by doubling, so that few requests make a new one.</summary>
    private CapturedDecode Decoder(int loopCount, int tokens)
    {
        if (decoders.TryGetValue(loopCount, out var known))
        {
            if (known.State.MaximumLength >= tokens)
            {
                known.State.Clear();
                return known;
            }

            Free(known);
        }

        var capacity = Math.Max(tokens, (int)Math.Min(maximumLength, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)tokens)));
        return decoders[loopCount] = new CapturedDecode(model, model.NewState(1, capacity, loopCount));
    }
}
