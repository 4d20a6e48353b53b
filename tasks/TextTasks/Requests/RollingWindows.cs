namespace LT2.Eval.Tasks.TextTasks.Requests;

/// <summary>Cuts a text into windows so that every token is predicted once, as the reference harness does.</summary>
public static class RollingWindows
{
    /// <summary>The windows of a text.</summary>
    /// <param name="tokenCount">Tokens of the text; none give no window.</param>
    /// <param name="maximumLength">Most inputs of a window.</param>
    /// <param name="contextLength">Inputs that each window but the first repeats at least; 1 for the reference's disjoint windows.</param>
    public static IReadOnlyList<RollingWindow> Create(int tokenCount, int maximumLength, int contextLength = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokenCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(contextLength, maximumLength);
        if (tokenCount == 0)
        {
            return [];
        }

        var first = Math.Min(maximumLength, tokenCount);
        var windows = new List<RollingWindow> { new(-1, first, 0, first) };
        for (var predicted = first; predicted < tokenCount;)
        {
            var length = Math.Min(maximumLength - contextLength + 1, tokenCount - predicted);
            var end = predicted + length;
            windows.Add(new RollingWindow(end - maximumLength - 1, maximumLength, predicted, length));
            predicted = end;
        }

        return windows;
    }
}
