using System.CommandLine;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 run</c>: runs or continues a plan, then writes its report.</summary>
internal sealed class RunVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var plan = new Argument<string>("plan") { Description = "A shipped plan's name (lt2 list plans) or a path." };
        var options = new PlanOptions();
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the cells, and how long they would take on 1, 8 and 64 devices, and stop; loads no libtorch." };
        var noReport = new Option<bool>("--no-report") { Description = "Do not write pages at the end." };
        var only = new Option<string?>("--only") { Description = "Carry out these parts of the plan alone (names of experiments, curricula, conversions or timings, comma-separated); a later run goes on with the others." };
        var command = new Command("run", """
            Run a plan, or continue it where it stopped, then write its report.

            Example: lt2 run quick --device cpu
            """) { plan, only, dryRun, noReport };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var session = PlanSession.Open(parsed.GetValue(plan)!, parsed.GetValue(options.Data), environment.Plugins);
            var parts = parsed.GetValue(only)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parsed.GetValue(dryRun))
            {
                DryRun.Print(session, parts, parsed.GetValue(options.Out)!, environment.Output);
                return ExitCodes.Success;
            }

            _ = session.Cells(parts); // a wrong name is refused before anything is fetched
            session.FetchMissingData(environment.Error.WriteLine, parts);
            using var interrupt = new Interrupt(environment.Error);
            var summary = RunProgressDisplay.Show(environment, progress => session.Run(options.Read(parsed, environment) with { Parts = parts }, environment.Clock, progress, interrupt.Token));
            RunSummaryText.Write(summary, environment.Error);
            if (!parsed.GetValue(noReport))
            {
                environment.Output.WriteLine($"Report: {ReportVerb.Write(parsed.GetValue(options.Out)!, summary.RunId)}");
            }

            return summary.HasFailures ? ExitCodes.RunFailed : ExitCodes.Success;
        });
        return command;
    }
}
