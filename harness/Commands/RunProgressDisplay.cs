using LT2.Eval.Harness.Execution;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary>Shows a run's progress: bars on a terminal, a line every 30 s elsewhere.</summary>
internal static class RunProgressDisplay
{
    public static RunSummary Show(CommandEnvironment environment, Func<IRunProgress, RunSummary> run)
    {
        if (!environment.ErrorIsTerminal)
        {
            return run(new LineProgress(environment.Error, environment.Clock));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(environment.Error) });
        return console.Progress()
            .AutoClear(false)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => run(new BarProgress(context, console)));
    }
}
