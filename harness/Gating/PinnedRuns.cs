using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Gating;

/// <summary>The accepted baselines below an output root.</summary>
internal static class PinnedRuns
{
    /// <summary>Path of a plan's pin.</summary>
    public static string PathOf(string outputRoot, string planName) => Path.Combine(RunFolder.PinsIn(outputRoot), $"{planName}.json");

    /// <summary>Every pin; none where the folder is missing.</summary>
    public static IReadOnlyList<PinFile> All(string outputRoot) => Directory.Exists(RunFolder.PinsIn(outputRoot))
        ? [.. Directory.EnumerateFiles(RunFolder.PinsIn(outputRoot), "*.json").Order(StringComparer.Ordinal).Select(PinFile.Read)]
        : [];
}
