using System.CommandLine;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Tasks.TextTasks.Scoring;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 rescore</c>: a task's metrics from given responses. Needs no model and no device.</summary>
internal sealed class RescoreVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var task = new Option<string>("--task") { Description = "A text task (lt2 list tasks).", Required = true };
        var responses = new Option<string>("--responses") { Description = "JSON lines: choices, gold, loglikelihoods, is_greedy, unconditional_loglikelihoods.", Required = true };
        var iterations = new Option<int>("--bootstrap-iterations")
        {
            Description = "Resamples for standard errors of perplexities; 0 for none.",
            DefaultValueFactory = _ => Rescorer.DefaultBootstrapIterations,
        };
        var json = CommonOptions.Json();
        var command = new Command("rescore", """
            Compute a task's metrics from given responses.

            Example: lt2 rescore --task piqa --responses responses.jsonl --json
            """) { task, responses, iterations, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(iterations) < 0)
            {
                throw new PlanException($"--bootstrap-iterations {parsed.GetValue(iterations)}: the number of resamples cannot be negative.");
            }

            var rescored = Rescorer.Rescore(
                parsed.GetValue(task)!, parsed.GetValue(responses)!, parsed.GetValue(iterations), environment.Plugins.Tasks);
            if (parsed.GetValue(json))
            {
                environment.Output.Write(rescored.ToJson() + "\n");
                return ExitCodes.Success;
            }

            var table = new Table().Border(TableBorder.Minimal).AddColumns("metric", "value", "standard error");
            foreach (var (metric, value) in rescored.Metrics.Where(pair => !pair.Key.EndsWith("_stderr", StringComparison.Ordinal)))
            {
                table.AddRow(metric, HumanNumber.Significant(value as double?), HumanNumber.Significant(rescored.Metrics.GetValueOrDefault($"{metric}_stderr") as double?));
            }

            environment.Tables().Write(table);
            return ExitCodes.Success;
        });
        return command;
    }
}
