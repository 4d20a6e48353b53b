namespace LT2.Eval.Tasks.TextTasks.Requests;

/// <summary>Token ids of a context and its continuation.</summary>
/// <param name="Context">At least one id: the prefix token stands for a context that is empty or all blanks.</param>
/// <param name="Continuation">The ids to score.</param>
public sealed record EncodedPair(IReadOnlyList<int> Context, IReadOnlyList<int> Continuation)
{
    /// <summary>What a model is fed: context and continuation without its last id, cut from the left to a maximum length.</summary>
    /// <param name="maximumLength">Most ids the model takes.</param>
    /// <exception cref="ArgumentException">The continuation alone is longer: it is never cut.</exception>
    public IReadOnlyList<int> ModelInput(int maximumLength)
    {
        if (Continuation.Count > maximumLength)
        {
            throw new ArgumentException($"The continuation has {Continuation.Count} tokens, more than the model's maximum of {maximumLength}.", nameof(maximumLength));
        }

        var all = Context.Concat(Continuation).ToList();
        var start = Math.Max(0, all.Count - (maximumLength + 1));
        return all[start..^1];
    }
}
