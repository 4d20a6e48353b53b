using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Timing;

/// <summary>The phases that can be timed.</summary>
public static class TimingPhases
{
    /// <summary>Reading a sequence; one more token after it; a training step on sequences of that length.</summary>
    public const string Prefill = "prefill", Decode = "decode", Train = "train";

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> All { get; } = [Prefill, Decode, Train];

    /// <summary>What is timed where nothing is said.</summary>
    public static IReadOnlyList<string> Default { get; } = [Prefill, Decode];

    /// <summary>Reads a comma-separated list.</summary>
    /// <exception cref="PlanException">A name that is no phase.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var wrong = names.Where(name => !All.Contains(name)).ToList();
        return wrong.Count == 0 ? names : throw new PlanException([.. wrong.Select(name => $"There is no phase '{name}'. {NearestName.Hint(name, [.. All])}")]);
    }
}
