using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.Plugins;

/// <summary>The program's suites and text tasks together with those of plug-ins.</summary>
/// <param name="Suites">Every suite.</param>
/// <param name="Tasks">Every text task; the suite <c>benchmarks</c> offers them.</param>
/// <param name="Paths">Where the plug-ins lie, whole paths: what a process of its own must be told.</param>
public sealed record PluginSet(IReadOnlyList<ISuite> Suites, TaskCatalogue Tasks, IReadOnlyList<string> Paths)
{
    /// <summary>What comes with the program alone.</summary>
    public static PluginSet BuiltIn { get; } = new(SuiteCatalog.All, TaskCatalogue.BuiltIn, []);
}
