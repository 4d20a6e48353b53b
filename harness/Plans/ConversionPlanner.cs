using LT2.Eval.Models;
using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Expands a conversion of a plan into convert cells and the score cells of its teacher's experiment.</summary>
internal static class ConversionPlanner
{
    /// <summary>The cells of one conversion.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="conversion">One of its conversions.</param>
    /// <param name="scoresByExperiment">The score cells of each experiment.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static IReadOnlyList<CellDefinition> Expand(
        PlanDefinition plan, ConversionPlanDefinition conversion, IReadOnlyDictionary<string, IReadOnlyList<ScoreCell>> scoresByExperiment, List<string> problems)
    {
        var where = $"{plan.Source}:{conversion.Line}";
        if (plan.Experiments.FirstOrDefault(item => item.Name == conversion.Experiment) is not { } experiment)
        {
            problems.Add($"{where}: experiment: there is no experiment '{conversion.Experiment}' in this plan. {NearestName.Hint(conversion.Experiment, [.. plan.Experiments.Select(item => item.Name)])}");
            return [];
        }

        if (!experiment.Variants.Contains(conversion.Teacher, StringComparer.Ordinal))
        {
            problems.Add($"{where}: teacher: '{conversion.Teacher}' is not among the variants of experiment '{experiment.Name}'. {NearestName.Hint(conversion.Teacher, [.. experiment.Variants])}");
            return [];
        }

        var scores = scoresByExperiment[experiment.Name].Where(score => score.VariantId == conversion.Teacher).ToList();
        var teachers = scores.SelectMany(score => score.Candidates).OfType<TrainCell>().DistinctBy(cell => cell.Id).ToList();
        if (teachers.Count == 0)
        {
            return []; // the experiment's own problems are reported already
        }

        if (teachers.GroupBy(cell => cell.Seed).Any(group => group.Count() > 1))
        {
            problems.Add($"{where}: teacher: experiment '{experiment.Name}' trains '{conversion.Teacher}' at several loop counts or learning rates; give the teacher one of each.");
            return [];
        }

        try
        {
            var recipe = Recipe(plan, conversion);
            return [.. plan.Seeds.SelectMany(seed => Cells(plan, conversion, recipe, teachers, scores, experiment, seed))];
        }
        catch (ModelException error)
        {
            problems.AddRange(error.Problems.Select(problem => $"{where}: {problem}"));
            return [];
        }
    }

    private static ConversionRecipe Recipe(PlanDefinition plan, ConversionPlanDefinition conversion)
    {
        var beside = Path.Combine(Path.GetDirectoryName(plan.Source) ?? "", conversion.Recipe);
        var recipe = ConversionCatalogue.Load(File.Exists(beside) ? beside : conversion.Recipe);
        recipe = conversion.Layers is { } layers ? recipe with { Layers = layers } : recipe;
        recipe = conversion.WithoutAlignment ? recipe.WithoutAlignment() : recipe;
        return recipe.Problems() is { Count: > 0 } problems ? throw new ModelException(problems) : recipe;
    }

    private static IEnumerable<CellDefinition> Cells(
        PlanDefinition plan, ConversionPlanDefinition conversion, ConversionRecipe recipe, List<TrainCell> teachers, List<ScoreCell> scores, ExperimentDefinition experiment, long seed)
    {
        // With one teacher every seed converts it; with several each seed has its own.
        var teacher = teachers.Count == 1 ? teachers[0] : teachers.FirstOrDefault(cell => cell.Seed == seed)
            ?? throw new ModelException($"seed {seed} has no teacher: experiment '{conversion.Experiment}' trains seeds {string.Join(", ", teachers.Select(cell => cell.Seed))}.");
        var student = new ConvertCell(teacher, recipe, $"{conversion.Name}@{teacher.Model.VariantId.Split('@')[^1]}", seed);
        yield return student;
        foreach (var score in scores.Where(score => score.Candidates.Contains(teacher)))
        {
            yield return new ScoreCell([student], score.TestCase, score.Samples, score.TestSetSeed, score.TestedLoopCounts, score.BatchSize, score.DataHash);
            if (experiment.Exits is { } exits && score.TestCase is ITextCase text)
            {
                yield return new ExitCell(student, text, exits.Thresholds, exits.Rows, exits.Length ?? teacher.SequenceLength!.Value, score.TestSetSeed, score.DataHash);
            }
        }
    }
}
