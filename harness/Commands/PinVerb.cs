using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 pin</c>: accepts a run as the baseline; the only way a baseline changes.</summary>
internal sealed class PinVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var run = new Argument<string?>("run") { Description = "Run id or its beginning, or a commit (default: the newest run).", Arity = ArgumentArity.ZeroOrOne };
        var reason = new Option<string>("--reason") { Description = "Why this run is accepted; kept in the pin.", Required = true };
        var by = new Option<string>("--by") { Description = "Who accepts it.", DefaultValueFactory = _ => Environment.UserName };
        var keep = new Option<bool>("--keep-build") { Description = "Keep this program beside the store, so that lt2 gate can run it next to later builds." };
        var records = new Option<bool>("--with-records")
        {
            Description = "Write the run's records beside the pin too, PLAN.store.br, with as many samples as fit: small enough for a repository; lt2 report --records and lt2 merge read it.",
        };
        var most = new Option<double>("--most-megabytes") { Description = "Largest size of --with-records.", DefaultValueFactory = _ => 5 };
        var output = CommonOptions.Out();
        var command = new Command("pin", """
            Accept a run as its plan's baseline: writes results/pinned/PLAN.json.

            Example: lt2 pin --reason "new tokenizer, quality unchanged" --keep-build
            """) { run, reason, by, keep, records, most, output };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(output)!;
            using var store = ResultStore.Open(RunFolder.StoreBelow(root), StoreAccess.ReadOnly);
            var accepted = StoredRuns.Choose(store, parsed.GetValue(run));
            var path = PinnedRuns.PathOf(root, accepted.PlanName);
            var former = File.Exists(path) ? PinFile.Read(path) : null;
            var now = environment.Clock.GetUtcNow();
            var pin = PinFile.Of(store, accepted.RunId, parsed.GetValue(reason)!, parsed.GetValue(by)!, now, null, former);
            if (parsed.GetValue(keep))
            {
                if (accepted.BuildId != BuildIdentity.Current.BuildId)
                {
                    throw new PlanException($"Run '{accepted.RunId}' was measured by build {accepted.BuildId}, this program is build {BuildIdentity.Current.BuildId}: keep that program by pinning with it, or leave out --keep-build.");
                }

                var others = PinnedRuns.All(root).Where(other => other.PlanName != accepted.PlanName).Select(other => other.BuildId);
                pin = pin with { BundleHash = KeptBuilds.Keep(root, accepted.BuildId, AppContext.BaseDirectory, others) };
            }

            if (parsed.GetValue(records))
            {
                ArchiveText.Write(store, accepted.RunId, Path.ChangeExtension(path, RunArchive.Extension), parsed.GetValue(most), environment.Error);
            }

            foreach (var doubt in PinFile.Doubts(store, accepted.RunId))
            {
                environment.Error.WriteLine($"Later nights will be measured against these times all the same: {doubt} Better pin a quiet night.");
            }

            pin.Write(path);
            environment.Output.WriteLine(path);
            environment.Error.WriteLine(former is null
                ? $"Run {accepted.RunId} is the first pin of plan '{accepted.PlanName}': {pin.Metrics.Count} values."
                : $"Run {accepted.RunId} replaces {former.RunId} (pinned {former.PinnedUtc:yyyy-MM-dd} by {former.PinnedBy}: {former.Reason}) as the pin of plan '{accepted.PlanName}'.");
            return ExitCodes.Success;
        });
        return command;
    }
}
