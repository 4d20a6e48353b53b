using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Timing;

/// <summary>The phases that can be timed.</summary>
public static class TimingPhases
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> All { get; } = ["prefill", "decode"];

    /// <summary>Reads a comma-separated list.</summary>
    /// <exception cref="PlanException">A name that is no phase.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var wrong = names.Where(name => !All.Contains(name)).ToList();
        return wrong.Count == 0 ? names : throw new PlanException([.. wrong.Select(name => $"There is no phase '{name}'. {NearestName.Hint(name, [.. All])}")]);
    }
}
