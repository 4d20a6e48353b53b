namespace LT2.Eval.Harness.Plans;

/// <summary>Some parts of a plan by name: experiments, curricula, conversions and timings. What is left out can be carried out later, in the same run.</summary>
public static class PlanParts
{
    /// <summary>Names of a plan's parts, in the plan's order.</summary>
    public static IReadOnlyList<string> Names(PlanDefinition plan) =>
    [
        .. plan.Experiments.Select(part => part.Name),
        .. plan.Curricula.Select(part => part.Name),
        .. plan.Conversions.Select(part => part.Name),
        .. plan.Timings.Select(part => part.Name),
    ];

    /// <summary>
    /// The plan with the named parts alone, and without its claims, which stand on the whole plan; a conversion brings the experiment that trains its teacher.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="names">Names of parts.</param>
    /// <exception cref="PlanException">No name is given, or the plan has no part of a name; every such name at once.</exception>
    public static PlanDefinition Select(PlanDefinition plan, IReadOnlyList<string> names)
    {
        var known = Names(plan);
        string[] problems =
        [
            .. names.Where(name => !known.Contains(name, StringComparer.Ordinal))
                .Select(name => $"{plan.Source}: --only: there is no part '{name}'. {NearestName.Hint(name, known)}"),
            .. names.Count == 0 ? [$"{plan.Source}: --only: names no part; the plan has {string.Join(", ", known)}."] : Array.Empty<string>(),
        ];
        if (problems.Length > 0)
        {
            throw new PlanException(problems);
        }

        var wanted = names.ToHashSet(StringComparer.Ordinal);
        wanted.UnionWith(plan.Conversions.Where(part => wanted.Contains(part.Name)).Select(part => part.Experiment).ToList());
        return plan with
        {
            Experiments = [.. plan.Experiments.Where(part => wanted.Contains(part.Name))],
            Curricula = [.. plan.Curricula.Where(part => wanted.Contains(part.Name))],
            Conversions = [.. plan.Conversions.Where(part => wanted.Contains(part.Name))],
            Timings = [.. plan.Timings.Where(part => wanted.Contains(part.Name))],
            Claims = [],
        };
    }
}
