using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution;

/// <summary>Continues a context greedily until a stop string, the end-of-text id or the limit.</summary>
/// <param name="model">The model.</param>
/// <param name="device">Its device.</param>
/// <param name="tokenizer">The tokenizer it was trained with.</param>
/// <param name="maximumLength">Most ids the model reads at once.</param>
public sealed class GreedyGenerator(LoopedModel model, ComputeDevice device, ITokenizer tokenizer, int maximumLength)
{
    /// <summary>Generates; the context keeps its last (maximum length − new tokens) ids.</summary>
    public TextResponse Generate(GenerateUntilRequest request, int loopCount, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var room = Math.Max(1, maximumLength - request.MaximumNewTokens);
        var context = tokenizer.Encode(request.Context);
        var kept = context.Count == 0 ? [tokenizer.PrefixId] : context.Skip(Math.Max(0, context.Count - room)).ToList();
        using var state = model.NewState(1, kept.Count + request.MaximumNewTokens, loopCount);
        var next = Advance([.. kept.Select(id => (long)id)], state);
        var generated = new List<int>();
        while (generated.Count < request.MaximumNewTokens && next != tokenizer.EndOfTextId)
        {
            cancellation.ThrowIfCancellationRequested();
            generated.Add((int)next);
            if (request.StopStrings.Any(stop => tokenizer.Decode(generated).Contains(stop, StringComparison.Ordinal)))
            {
                break;
            }

            next = Advance([next], state);
        }

        return new TextResponse(0, false, Cut(tokenizer.Decode(generated), request.StopStrings));
    }

    /// <summary>The text up to the first occurrence of each stop string, in list order.</summary>
    private static string Cut(string text, IReadOnlyList<string> stops)
    {
        foreach (var stop in stops.Where(stop => stop.Length > 0))
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            text = at < 0 ? text : text[..at];
        }

        return text;
    }

    private long Advance(long[] ids, LoopState state)
    {
        using var scope = NewDisposeScope();
        return model.Advance(tensor(ids, [1, ids.Length]).to(device.TorchDevice), state, lastPositionOnly: true).flatten().argmax().item<long>();
    }
}
