using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 validate</c>: every problem of a plan at once. Loads no libtorch.</summary>
internal sealed class ValidateVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var plan = new Argument<string>("plan") { Description = "A shipped plan's name or a path." };
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("validate", """
            Check a plan and report every problem at once.

            Example: lt2 validate quick
            """) { plan, data, json };
        command.SetAction(parsed =>
        {
            var problems = new List<string>();
            var session = PlanSession.Check(parsed.GetValue(plan)!, parsed.GetValue(data), environment.Plugins, problems);
            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(
                    new { plan = session?.Plan.Name, problems, cells = problems.Count == 0 ? session!.Cells().Count : (int?)null, missingDatasets = session?.MissingDatasets }, JsonOutput.Options));
            }
            else if (problems.Count == 0)
            {
                environment.Output.WriteLine($"Plan {session!.Plan.Name} is fine: {session.Cells().Count} cells.");
                foreach (var id in session.MissingDatasets)
                {
                    environment.Output.WriteLine($"Data set '{id}' is not here yet; lt2 run fetches it, or: lt2 data get {id}");
                }
            }
            else
            {
                problems.ForEach(environment.Error.WriteLine);
            }

            return problems.Count == 0 ? ExitCodes.Success : ExitCodes.Usage;
        });
        return command;
    }
}
