using System.CommandLine;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Commands;

/// <summary>The options by which a verb names one case: suite, task, parameters.</summary>
/// <param name="suiteRequired">Whether a suite must be named.</param>
internal sealed class CaseOptionSet(bool suiteRequired = true)
{
    private readonly Option<string?> suite = new("--suite") { Description = "Suite id (lt2 list suites).", Required = suiteRequired };

    private readonly Option<string?> task = new("--task") { Description = "Task id, where the suite has several." };

    private readonly Option<string[]> parameters = new("--set")
    {
        Description = "Task parameters as name=value (lt2 list tasks).",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The option that names the task.</summary>
    public Option<string?> Task => task;

    /// <summary>Whether a suite was named.</summary>
    public bool NamesSuite(ParseResult parsed) => parsed.GetValue(suite) is not null;

    public void AddTo(Command command)
    {
        command.Options.Add(suite);
        command.Options.Add(task);
        command.Options.Add(parameters);
    }

    /// <summary>The case.</summary>
    public ICase Read(ParseResult parsed, IReadOnlyList<ISuite> suites)
    {
        var wanted = parsed.GetValue(suite)!;
        var found = suites.FirstOrDefault(item => item.Id == wanted)
            ?? throw new PlanException($"There is no suite '{wanted}'. {NearestName.Hint(wanted, [.. suites.Select(item => item.Id)])}");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in parsed.GetValue(parameters) ?? [])
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2)
            {
                throw new PlanException($"--set {text}: write it as name=value.");
            }

            values[parts[0]] = parts[1];
        }

        return found.CreateCase(new CaseSpecification(parsed.GetValue(task) ?? Planner.DefaultTask(found)
            ?? throw new PlanException($"Suite '{found.Id}' has several tasks; name one with --task: {string.Join(", ", found.Tasks.Select(item => item.Id))}."), values));
    }
}
