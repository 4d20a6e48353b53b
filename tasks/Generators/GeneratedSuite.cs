using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>Base of the suites whose samples are generated token sequences.</summary>
public abstract class GeneratedSuite : ISuite
{
    /// <summary>
    /// Test samples to score by default. The minimum detectable effect at 80 % power and 5 % is 2.8 · SE: about 2.8 percentage points
    /// between two unpaired accuracies near 50 %, 1.3 where pairs disagree on a tenth of the samples.
    /// </summary>
    public const int RecommendedTestSamples = 5_000;

    /// <inheritdoc/>
    public abstract string Id { get; }

    /// <inheritdoc/>
    public abstract int Version { get; }

    /// <inheritdoc/>
    public abstract string Description { get; }

    /// <inheritdoc/>
    public abstract string Source { get; }

    /// <inheritdoc/>
    public TrainingNeed Training => TrainingNeed.Generated;

    /// <inheritdoc/>
    public IReadOnlyList<TaskDescription> Tasks => [.. GeneratedTasks.Select(task => task.Describe())];

    /// <summary>The suite's tasks.</summary>
    protected abstract IReadOnlyList<GeneratedTask> GeneratedTasks { get; }

    /// <inheritdoc/>
    public ICase CreateCase(CaseSpecification specification)
    {
        GeneratedTask task = FindTask(specification.TaskId);
        return new GeneratedCase(this, task, ReadOptions(task, specification));
    }

    /// <summary>The checked parameters of a task.</summary>
    /// <exception cref="TaskException">Every problem at once.</exception>
    protected CaseOptions ReadOptions(GeneratedTask task, CaseSpecification specification)
    {
        CaseOptions options = new($"suite '{Id}', task '{task.Id}'", task.Parameters, specification.Parameters);
        task.Check(options);
        options.ThrowIfFaulty();
        return options;
    }

    /// <summary>The task of an id.</summary>
    /// <exception cref="TaskException">There is none.</exception>
    protected GeneratedTask FindTask(string taskId) =>
        GeneratedTasks.FirstOrDefault(task => task.Id == taskId)
        ?? throw new TaskException($"suite '{Id}': there is no task '{taskId}'. {NearestName.Hint(taskId, [.. GeneratedTasks.Select(task => task.Id)])}");
}
