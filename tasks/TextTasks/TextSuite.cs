using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.TextTasks;

/// <summary>Base of the suites whose cases are documents answered through text requests.</summary>
public abstract class TextSuite : ISuite
{
    /// <summary>Documents a case scores unless told otherwise; fewer where the data set has fewer.</summary>
    public const int DefaultDocuments = 5_000;

    /// <inheritdoc/>
    public abstract string Id { get; }

    /// <inheritdoc/>
    public abstract int Version { get; }

    /// <inheritdoc/>
    public abstract string Description { get; }

    /// <inheritdoc/>
    public abstract string Source { get; }

    /// <inheritdoc/>
    public abstract TrainingNeed Training { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TaskDescription> Tasks => [.. Definitions.Select(task => task.Describe())];

    /// <summary>The suite's tasks.</summary>
    protected abstract IReadOnlyList<TextTaskDefinition> Definitions { get; }

    /// <inheritdoc/>
    public ICase CreateCase(CaseSpecification specification)
    {
        var task = Definitions.FirstOrDefault(task => task.Id == specification.TaskId)
            ?? throw new TaskException(
                $"suite '{Id}': there is no task '{specification.TaskId}'. {NearestName.Hint(specification.TaskId, [.. Definitions.Select(task => task.Id)])}");
        var options = new CaseOptions($"suite '{Id}', task '{task.Id}'", task.Parameters, specification.Parameters);
        options.ThrowIfFaulty();
        return task.Create(options);
    }
}
