using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 prune</c>: keeps the newest runs and the pinned ones.</summary>
internal sealed class PruneVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var keep = new Option<int>("--keep") { Description = "Runs to keep, newest first; pinned runs stay beside them.", Required = true };
        var output = CommonOptions.Out();
        var command = new Command("prune", """
            Remove old runs from the store; pinned runs are never removed.

            Example: lt2 prune --keep 60
            """) { keep, output };
        command.SetAction(parsed =>
        {
            var (root, count) = (parsed.GetValue(output)!, parsed.GetValue(keep));
            if (count < 1)
            {
                throw new PlanException($"--keep {count}: keep at least 1 run.");
            }

            if (!File.Exists(RunFolder.StoreBelow(root)))
            {
                throw new PlanException($"There is no store at '{RunFolder.StoreBelow(root)}', so nothing to prune. Name the folder with --out DIR.");
            }

            using var folder = RunFolder.Open(root);
            using var store = ResultStore.Open(folder.StorePath, StoreAccess.ReadWrite);
            var before = CheckpointIds(store);
            var removed = StorePruning.Prune(store, count, PinnedRuns.All(root).Select(pin => pin.RunId).ToHashSet(StringComparer.Ordinal));
            foreach (var run in removed)
            {
                environment.Output.WriteLine(run);
            }

            // Checkpoints are shared between runs: only those go that no run is left to name.
            var orphans = before.Except(CheckpointIds(store)).Select(id => Path.Combine(folder.CheckpointRoot, id)).Where(Directory.Exists).ToList();
            orphans.ForEach(path => Directory.Delete(path, recursive: true));
            environment.Error.WriteLine($"{removed.Count} runs and {orphans.Count} checkpoints removed, {store.Runs().Count} runs kept.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static HashSet<string> CheckpointIds(ResultStore store) =>
        [.. store.Runs().SelectMany(run => store.Cells(run.RunId)).Where(cell => cell.CheckpointPath is not null).Select(cell => cell.CellId)];
}
