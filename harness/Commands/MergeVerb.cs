using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 merge</c>: joins stores of several machines into this one.</summary>
internal sealed class MergeVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var sources = new Argument<string[]>("stores") { Description = "Store files to read, or archives of lt2 export --format archive and lt2 pin --with-records.", Arity = ArgumentArity.OneOrMore };
        var output = CommonOptions.Out();
        var command = new Command("merge", """
            Join the stores of several machines into this one, without duplicates.

            Example: lt2 merge host-a/store.sqlite host-b/store.sqlite
            """) { sources, output };
        command.SetAction(parsed =>
        {
            using var folder = RunFolder.Open(parsed.GetValue(output)!);
            using var target = ResultStore.Open(folder.StorePath, StoreAccess.ReadWrite);
            var conflicts = 0;
            foreach (var path in parsed.GetValue(sources)!)
            {
                using var source = ArchivedStore.Open(path);
                var report = StoreMerge.Merge(target, source.Store);
                conflicts += report.Conflicts.Count;
                environment.Output.WriteLine($"{path}: {report.RunsAdded} runs and {report.CellsAdded} cells added, {report.CellsKept} were here already{(report.CellsCompleted == 0 ? "" : $", {report.CellsCompleted} of them with fewer samples, which are here now")}.");
                foreach (var conflict in report.Conflicts)
                {
                    environment.Error.WriteLine($"{conflict}: both stores have it finished with different values; the one here is kept.");
                }
            }

            return conflicts == 0 ? ExitCodes.Success : ExitCodes.RunFailed;
        });
        return command;
    }
}
