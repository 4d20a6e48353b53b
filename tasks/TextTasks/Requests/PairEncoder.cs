using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Requests;

/// <summary>
/// Encodes a context and its continuation together, as the reference harness does: trailing blanks of the context move to the
/// continuation, both are encoded in one go, and the continuation's ids are those beyond as many as the context has alone.
/// The reference stops at a context of nothing but blanks; here the prefix stands for it, as for an empty one.
/// </summary>
public static class PairEncoder
{
    /// <summary>Encodes a pair.</summary>
    /// <param name="context">May be empty.</param>
    /// <param name="continuation">Begins with its delimiter.</param>
    /// <param name="encode">Ids of a text without special tokens.</param>
    /// <param name="prefixId">Stands for a context without ids.</param>
    /// <param name="beginOfTextId">Put before every encoded text; null for none. Never added to a text that begins with it already.</param>
    public static EncodedPair Encode(
        string context, string continuation, Func<string, IReadOnlyList<int>> encode, int prefixId, int? beginOfTextId = null)
    {
        if (context.Length == 0)
        {
            var alone = encode(continuation);
            return alone.Count > 0 && alone[0] == prefixId ? new EncodedPair([prefixId], [.. alone.Skip(1)]) : new EncodedPair([prefixId], alone);
        }

        var trimmed = PythonText.StripEnd(context);
        if (trimmed.Length < context.Length)
        {
            (context, continuation) = (trimmed, context[trimmed.Length..] + continuation);
        }

        var whole = WithBegin(encode(context + continuation), beginOfTextId);
        var contextIds = WithBegin(encode(context), beginOfTextId);
        return new EncodedPair(contextIds.Count > 0 ? contextIds : [prefixId], [.. whole.Skip(contextIds.Count)]);
    }

    /// <summary>Ids of a generation's context: the last that leave room for the new tokens.</summary>
    /// <param name="ids">Ids of the context.</param>
    /// <param name="maximumLength">Most ids the model takes.</param>
    /// <param name="maximumNewTokens">Most tokens that will be generated.</param>
    /// <exception cref="ArgumentException">The new tokens alone fill the model.</exception>
    public static IReadOnlyList<int> GenerationInput(IReadOnlyList<int> ids, int maximumLength, int maximumNewTokens)
    {
        var room = maximumLength - maximumNewTokens;
        return room > 0
            ? [.. ids.Skip(Math.Max(0, ids.Count - room))]
            : throw new ArgumentException($"{maximumNewTokens} new tokens leave no room for a context in {maximumLength}.", nameof(maximumNewTokens));
    }

    /// <summary>Ids with the begin-of-text id before them, unless there is none or they begin with it already.</summary>
    public static IReadOnlyList<int> WithBegin(IReadOnlyList<int> ids, int? beginOfTextId) =>
        beginOfTextId is { } begin && (ids.Count == 0 || ids[0] != begin) ? [begin, .. ids] : ids;
}
