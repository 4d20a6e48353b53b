using System.Collections.Immutable;
using LT2.Eval.Reports.Input;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>The commands that carried a run out.</summary>
/// <param name="First">The one that began it.</param>
/// <param name="Continuing">Those that continued it, oldest first; older runs did not record them.</param>
/// <param name="Repeat">A command that carries out the whole plan again.</param>
/// <param name="IsInParts">Whether <paramref name="First"/> alone does not make the run: it named parts of the plan, or the run was continued.</param>
internal sealed record RunCommands(string First, ImmutableArray<string> Continuing, string Repeat, bool IsInParts)
{
    /// <summary>Reads them from a run and its events.</summary>
    public static RunCommands Of(RunData data)
    {
        var first = data.Run.CommandLine;
        ImmutableArray<string> continuing = [.. data.Events.OrderBy(item => item.OccurredUtc).Select(ContinuedRun.CommandOf).OfType<string>()];
        var words = first.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isInParts = !continuing.IsEmpty || data.Events.Any(item => item is { CellId: null, Message: "Continued." })
            || words.Any(word => word == "--only" || word.StartsWith("--only=", StringComparison.Ordinal));
        return new RunCommands(first, continuing, isInParts ? $"lt2 run {Plan(words) ?? data.Run.PlanName}" : first, isInParts);
    }

    // A plan of one's own is named by its file, which its name does not tell.
    private static string? Plan(string[] words) => words is ["lt2", "run" or "nightly" or "submit", var plan, ..] && !plan.StartsWith('-') ? plan : null;
}
