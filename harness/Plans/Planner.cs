using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Training;
using LT2.Eval.Models;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>Expands a plan into cells, resolving every name and reporting every problem at once. Loads no libtorch.</summary>
/// <param name="variants">Known variants and scales.</param>
/// <param name="suites">Known suites.</param>
/// <param name="datasetHash">Content hash of a data set by id; null while it is not on this machine.</param>
public sealed class Planner(VariantCatalogue variants, IReadOnlyList<ISuite> suites, Func<string, string?> datasetHash)
{
    private static readonly int ByteVocabularySize = new Tasks.Tokenization.ByteTokenizer().VocabularySize;

    /// <summary>Expands a plan; unique cells, parents before children.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="problems">Receives what is wrong, with file and line.</param>
    public IReadOnlyList<CellDefinition> Expand(PlanDefinition plan, List<string> problems)
    {
        var cells = new Dictionary<string, CellDefinition>(StringComparer.Ordinal);
        var scores = new Dictionary<string, IReadOnlyList<ScoreCell>>(StringComparer.Ordinal);
        foreach (var experiment in plan.Experiments)
        {
            scores[experiment.Name] = ExpandExperiment(plan, experiment, cells, problems);
        }

        foreach (var conversion in plan.Conversions)
        {
            foreach (var cell in ConversionPlanner.Expand(plan, conversion, scores, problems))
            {
                Add(cells, cell);
            }
        }

        foreach (var curriculum in plan.Curricula)
        {
            ExpandCurriculum(plan, curriculum, cells, problems);
        }

        foreach (var timing in plan.Timings)
        {
            foreach (var variant in timing.Variants)
            {
                if (ResolveVariant(plan, timing.Line, variant, problems) is not { } model)
                {
                    continue;
                }

                foreach (var loopCount in timing.LoopCounts)
                {
                    // A non-looped control is timed once, as it is.
                    var timed = IsLooped(model) ? model.WithLoopCount(loopCount) : model;
                    Add(cells, new TimeCell(timed.WithVocabulary(timing.VocabularySize), timing, plan.Dtype));
                }
            }
        }

        if (problems.Count == 0)
        {
            ClaimCheck.Check(plan, cells.Values, problems);
        }

        return CanaryCell.Around([.. cells.Values]);
    }

    /// <summary>Ids of the data sets that a plan's cases read.</summary>
    public IReadOnlyList<string> RequiredDatasets(PlanDefinition plan)
    {
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var reference in plan.Experiments.SelectMany(experiment => experiment.Tests.Select(test => test.Case).Append(experiment.Train.Case)))
        {
            var suite = suites.FirstOrDefault(item => item.Id == reference.Suite);
            var task = suite?.Tasks.FirstOrDefault(item => item.Id == (reference.Task ?? DefaultTask(suite!)));
            ids.UnionWith(task is null ? [] : ResolveCase(plan, reference, []) is { } item ? DatasetIds(item) : task.DatasetIds);
        }

        ids.UnionWith(plan.Experiments.Select(experiment => experiment.Train.Tokenizer).OfType<string>().Select(Tasks.Tokenization.TokenizerCatalogue.DatasetOf).OfType<string>());

        return [.. ids];
    }

    /// <returns>The experiment's score cells.</returns>
    private List<ScoreCell> ExpandExperiment(PlanDefinition plan, ExperimentDefinition experiment, Dictionary<string, CellDefinition> cells, List<string> problems)
    {
        var before = problems.Count;
        var tests = experiment.Tests.Select(test => (Reference: test, Case: ResolveCase(plan, test.Case, problems))).ToList();
        if (experiment.Checkpoints.Count > 0)
        {
            var checkpoints = CheckpointExperiments.Open(plan, experiment, tests, problems);
            return problems.Count > before ? [] : [.. from checkpoint in checkpoints from test in tests select AddScore(plan, experiment, [checkpoint], experiment.TestedLoopCounts, test.Reference, test.Case!, cells)];
        }

        var models = experiment.Variants.Select(name => ResolveVariant(plan, experiment.Line, name, problems)).ToList();
        var trainingCase = ResolveCase(plan, experiment.Train.Case, problems);
        var tokenizer = ResolveTokenizer(plan, experiment.Train, trainingCase, problems);
        CheckRecipeNames(plan, experiment.Line, experiment.RecipeByVariant, experiment.Variants, problems);
        if (trainingCase is ITextCase && experiment.Train.SequenceLength is null)
        {
            problems.Add($"{plan.Source}:{experiment.Train.Case.Line}: train.sequenceLength: is missing; text needs the number of tokens a row.");
        }

        CheckVocabularies(plan, trainingCase, tokenizer, tests.Select(test => (test.Reference.Case, test.Case)), problems);
        var scores = new List<ScoreCell>();
        if (problems.Count > before)
        {
            return scores;
        }

        foreach (var (reference, test) in tests)
        {
            if (experiment.NGramOrders is { } orders && test is ITextCase text && text.Metrics.Contains(Tasks.Perplexity.PerplexityMetrics.BitsPerByte))
            {
                Add(cells, new NGramCell(trainingCase!, text, orders, reference.Samples, plan.TestSetSeed, DataHash(text)));
            }
        }

        var longest = tests.Select(test => test.Case).Append(trainingCase).OfType<IGeneratedCase>().Select(item => item.MaximumLength).DefaultIfEmpty(1).Max();
        foreach (var (model, name) in models.Zip(experiment.Variants))
        {
            foreach (var loopCount in experiment.TrainedLoopCounts ?? [model!.LoopCount])
            {
                var trained = Prepared(model!, loopCount, Vocabulary(trainingCase!, tokenizer), longest);
                TrainCell Training(TrainingRecipe recipe, long seed, IReadOnlyList<TrainCell>? trials = null) => (TrainCell)Add(cells, new TrainCell(
                    trained, trainingCase!, recipe, experiment.Train.SequenceLength, experiment.Train.ValidationSamples, seed, plan.Dtype, DataHash(trainingCase!), tokenizer, trials));

                var seeds = experiment.Seeds ?? plan.Seeds;
                var recipes = Recipes(experiment, trained, name, plan, problems).ToList();
                var trials = experiment.LearningRateSteps is { } steps ? recipes.Select(recipe => Training(recipe with { Steps = steps }, seeds[0])).ToList() : null;
                foreach (var seed in seeds)
                {
                    var candidates = trials is null ? recipes.Select(recipe => Training(recipe, seed)).ToList() : [Training(recipes[0], seed, trials)];
                    if (experiment.ReachLength is { } reach)
                    {
                        Add(cells, new ReachCell(candidates, reach, plan.TestSetSeed, IsLooped(model!) ? experiment.TestedLoopCounts : [1]));
                    }

                    foreach (var (reference, test) in tests)
                    {
                        scores.Add(AddScore(plan, experiment, candidates, IsLooped(model!) ? experiment.TestedLoopCounts : [1], reference, test!, cells));
                    }

                    foreach (var exit in Exits(plan, experiment, candidates, tests.Select(test => test.Case!), problems))
                    {
                        Add(cells, exit);
                    }
                }
            }
        }

        return scores;
    }

    private IEnumerable<ExitCell> Exits(PlanDefinition plan, ExperimentDefinition experiment, List<TrainCell> candidates, IEnumerable<ICase> tests, List<string> problems)
    {
        if (experiment.Exits is not { } exits)
        {
            return [];
        }

        var where = $"{plan.Source}:{exits.Line}: exits";
        var texts = tests.OfType<ITextCase>().ToList();
        var problem = !candidates[0].Model.ExitGate ? $"{where}: {candidates[0].VariantId} has no exit gate."
            : candidates.Count > 1 ? $"{where}: several learning rates are tried; give one."
            : texts.Count == 0 ? $"{where}: no test of this experiment is text."
            : null;
        if (problem is not null)
        {
            problems.Add(problem);
            return [];
        }

        return texts.Select(text => new ExitCell(
            candidates[0], text, exits.Thresholds, exits.Rows, exits.Length ?? experiment.Train.SequenceLength!.Value, plan.TestSetSeed, DataHash(text)));
    }

    private ScoreCell AddScore(
        PlanDefinition plan, ExperimentDefinition experiment, IReadOnlyList<ICheckpointSource> candidates, IReadOnlyList<int> testedLoopCounts, TestReference reference, ICase test,
        Dictionary<string, CellDefinition> cells)
        => (ScoreCell)Add(cells, new ScoreCell(
            candidates,
            test,
            reference.Samples,
            plan.TestSetSeed,
            testedLoopCounts,
            experiment.ScoreBatchSize,
            DataHash(test)));

    private TrainingTokenizer? ResolveTokenizer(PlanDefinition plan, TrainingReference train, ICase? trainingCase, List<string> problems)
    {
        var where = $"{plan.Source}:{train.Case.Line}: train.tokenizer";
        if (train.Tokenizer is not null && trainingCase is IGeneratedCase)
        {
            problems.Add($"{where}: {CaseText.Name(trainingCase)} has token ids of its own; leave the tokenizer out.");
            return null;
        }

        try
        {
            return TrainingTokenizer.Resolve(train.Tokenizer, datasetHash);
        }
        catch (TaskException error)
        {
            problems.AddRange(error.Problems.Select(problem => $"{where}: {problem}"));
            return null;
        }
    }

    private void ExpandCurriculum(PlanDefinition plan, CurriculumPlanDefinition part, Dictionary<string, CellDefinition> cells, List<string> problems)
    {
        var before = problems.Count;
        var models = part.Variants.Select(name => ResolveVariant(plan, part.Line, name, problems)).ToList();
        var whole = ResolveCase(plan, part.Case, problems);
        CheckRecipeNames(plan, part.Line, part.RecipeByVariant, part.Variants, problems);
        if (whole is null || problems.Count > before)
        {
            return;
        }

        if (suites.First(suite => suite.Id == whole.SuiteId) is not ICurriculumSuite suite)
        {
            problems.Add($"{plan.Source}:{part.Case.Line}: suite: '{whole.SuiteId}' has no curriculum; suites that have one: "
                + $"{string.Join(", ", suites.OfType<ICurriculumSuite>().Select(item => item.Id))}.");
            return;
        }

        CurriculumDefinition definition;
        try
        {
            definition = suite.CreateCurriculum(new CaseSpecification(whole.TaskId, whole.Parameters));
        }
        catch (TaskException error)
        {
            problems.AddRange(error.Problems.Select(problem => $"{plan.Source}:{part.Case.Line}: {problem}"));
            return;
        }

        var longest = definition.Stages.Max(stage => stage.Case.MaximumLength);
        foreach (var (model, name) in models.Zip(part.Variants))
        {
            var changes = part.RecipeByVariant.TryGetValue(name, out var own) ? part.Recipe.With(own) : part.Recipe;
            var recipe = RecipeOverrides.Apply(model!.Recipe, changes with { Steps = definition.StepsPerStage }, $"{plan.Source}:{part.Line}", problems);
            foreach (var loopCount in part.TrainedLoopCounts ?? [model.LoopCount])
            {
                var trained = Prepared(model, loopCount, definition.Stages.Max(stage => stage.Case.VocabularySize), longest);
                foreach (var seed in plan.Seeds)
                {
                    Add(cells, new CurriculumCell(
                        trained, suite.Id, suite.Version, whole.TaskId, definition, recipe, part.EvaluateEverySteps, seed, plan.TestSetSeed, plan.Dtype));
                }
            }
        }
    }

    /// <summary>A model for a loop count, vocabulary and length; a non-looped control keeps T = 1 whatever the list says, and equal cells collapse into one.</summary>
    private static ModelDefinition Prepared(ModelDefinition model, int loopCount, int vocabulary, int longest)
        => (IsLooped(model) ? model.WithLoopCount(loopCount) : model).WithVocabulary(vocabulary).WithMaximumLength(Math.Max(model.MaximumLength, longest));

    private static void CheckRecipeNames(
        PlanDefinition plan, int line, IReadOnlyDictionary<string, RecipeOverride> recipes, IReadOnlyList<string> variants, List<string> problems)
    {
        foreach (var name in recipes.Keys.Except(variants, StringComparer.Ordinal))
        {
            problems.Add($"{plan.Source}:{line}: recipeByVariant: '{name}' is not among the variants listed here. {NearestName.Hint(name, [.. variants])}");
        }
    }

    private static bool IsLooped(ModelDefinition model) => model.LoopCount > 1;

    private static IEnumerable<TrainingRecipe> Recipes(
        ExperimentDefinition experiment, ModelDefinition model, string variant, PlanDefinition plan, List<string> problems)
    {
        var changes = experiment.RecipeByVariant.TryGetValue(variant, out var own) ? experiment.Recipe.With(own) : experiment.Recipe;
        var rates = experiment.LearningRates.Count > 0 ? experiment.LearningRates.Select(rate => (double?)rate) : [changes.LearningRate];
        foreach (var rate in rates)
        {
            yield return RecipeOverrides.Apply(model.Recipe, changes with { LearningRate = rate }, $"{plan.Source}:{experiment.Line}", problems);
        }
    }

    private static void CheckVocabularies(
        PlanDefinition plan, ICase? trainingCase, TrainingTokenizer? tokenizer, IEnumerable<(CaseReference Reference, ICase? Case)> tests, List<string> problems)
    {
        foreach (var (reference, test) in tests)
        {
            if (trainingCase is null || test is null)
            {
                continue;
            }

            if (Vocabulary(test, tokenizer) > Vocabulary(trainingCase, tokenizer))
            {
                problems.Add($"{plan.Source}:{reference.Line}: {CaseText.Name(test)} uses {Vocabulary(test, tokenizer)} ids, but the model is trained on "
                    + $"{CaseText.Name(trainingCase)} with {Vocabulary(trainingCase, tokenizer)}; give both cases the same vocabulary.");
            }

            if (trainingCase is IGeneratedCase != test is IGeneratedCase)
            {
                problems.Add($"{plan.Source}:{reference.Line}: {CaseText.Name(test)} cannot be scored on a model trained on {CaseText.Name(trainingCase)}: "
                    + "one has generated token ids, the other text.");
            }
        }
    }

    /// <summary>Ids a model needs for a case.</summary>
    /// <param name="item">The case.</param>
    /// <param name="tokenizer">How text becomes tokens; null for bytes.</param>
    public static int Vocabulary(ICase item, TrainingTokenizer? tokenizer = null) => item is IGeneratedCase generated ? generated.VocabularySize : tokenizer?.VocabularySize ?? ByteVocabularySize;

    /// <summary>The task meant when none is named: the only one, or the one with the suite's own name; null where that says nothing.</summary>
    public static string? DefaultTask(ISuite suite)
        => suite.Tasks.Count == 1 ? suite.Tasks[0].Id : suite.Tasks.FirstOrDefault(task => task.Id == suite.Id)?.Id;

    private static CellDefinition Add(Dictionary<string, CellDefinition> cells, CellDefinition cell)
        => cells.TryGetValue(cell.Id, out var same) ? same : cells[cell.Id] = cell;

    private IReadOnlyList<string> DatasetIds(ICase item) => (item as ITextCase)?.DatasetIds
        ?? suites.First(suite => suite.Id == item.SuiteId).Tasks.First(task => task.Id == item.TaskId).DatasetIds;

    private string? DataHash(ICase item)
    {
        var ids = DatasetIds(item);
        return ids.Count == 0 ? null : StableHash.Short(string.Join('\n', ids.Select(id => $"{id} {datasetHash(id)}")));
    }

    private ModelDefinition? ResolveVariant(PlanDefinition plan, int line, string name, List<string> problems)
    {
        try
        {
            return variants.Resolve(name);
        }
        catch (ModelException error)
        {
            problems.AddRange(error.Problems.Select(problem => $"{plan.Source}:{line}: variants: {problem}"));
            return null;
        }
    }

    private ICase? ResolveCase(PlanDefinition plan, CaseReference reference, List<string> problems)
    {
        var where = $"{plan.Source}:{reference.Line}";
        if (suites.FirstOrDefault(suite => suite.Id == reference.Suite) is not { } found)
        {
            problems.Add($"{where}: suite: there is no suite '{reference.Suite}'. {NearestName.Hint(reference.Suite, [.. suites.Select(suite => suite.Id)])}");
            return null;
        }

        if ((reference.Task ?? DefaultTask(found)) is not { } task)
        {
            problems.Add($"{where}: task: is missing; suite '{found.Id}' has {string.Join(", ", found.Tasks.Select(item => item.Id))}.");
            return null;
        }

        if (found.Tasks.All(item => item.Id != task) && suites.FirstOrDefault(suite => suite.Tasks.Any(item => item.Id == task)) is { } owner)
        {
            problems.Add($"{where}: task: '{task}' is not a task of suite '{found.Id}' but of '{owner.Id}'.");
            return null;
        }

        try
        {
            return found.CreateCase(new CaseSpecification(task, reference.Parameters));
        }
        catch (TaskException error)
        {
            problems.AddRange(error.Problems.Select(problem => $"{where}: {problem}"));
            return null;
        }
    }
}
