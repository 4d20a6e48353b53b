using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 nightly</c>: run, gate and report, under a lock.</summary>
internal sealed class NightlyVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var plan = new Argument<string>("plan") { Description = "A shipped plan's name (lt2 list plans) or a path." };
        var options = new PlanOptions();
        var gateOptions = new GateOptionSet();
        var command = new Command("nightly", """
            Run a plan (or continue an interrupted night), judge the run against the pin and write the pages; two nights cannot overlap.

            Example: lt2 nightly standard --notify "mail -s 'lt2: $LT2_GATE_VERDICT' team@example.org"
            """) { plan };
        options.AddTo(command);
        gateOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(options.Out)!;
            gateOptions.Read(parsed, root, null, null); // mistakes show before the night, not after it
            var session = PlanSession.Open(parsed.GetValue(plan)!, parsed.GetValue(options.Data), environment.Plugins);
            using var night = NightLock.Take(root);
            session.FetchMissingData(environment.Error.WriteLine);
            using var interrupt = new Interrupt(environment.Error);
            var summary = RunProgressDisplay.Show(environment, progress => session.Run(options.Read(parsed, environment), environment.Clock, progress, interrupt.Token));
            RunSummaryText.Write(summary, environment.Error);
            var (verdict, report) = GateSession.Judge(gateOptions.Read(parsed, root, summary.RunId, parsed.GetValue(options.Devices)), environment, interrupt.Token);
            using (var store = ResultStore.Open(RunFolder.StoreBelow(root), StoreAccess.ReadOnly))
            {
                environment.Error.WriteLine($"Report: {ComparisonPage.Write(store, root, summary.RunId, report?.Pin.RunId, report)}");
            }

            // A confirmed regression outranks failed cells, which the gate has listed as missing.
            return verdict != ExitCodes.Regression && summary.HasFailures ? ExitCodes.RunFailed : verdict;
        });
        return command;
    }
}
