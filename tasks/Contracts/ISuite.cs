namespace LT2.Eval.Tasks.Contracts;

/// <summary>What a suite needs before a model can be scored on it.</summary>
public enum TrainingNeed
{
    /// <summary>Any checkpoint will do.</summary>
    None,

    /// <summary>The model is trained on samples the suite generates.</summary>
    Generated,

    /// <summary>The model is trained on a text corpus the suite names.</summary>
    Corpus,
}

/// <summary>A family of tasks with one way of scoring. Knows no tensor, device, clock or model.</summary>
public interface ISuite
{
    /// <summary>Stable lower-case id, such as <c>mqar</c>.</summary>
    string Id { get; }

    /// <summary>Raised whenever any score could change.</summary>
    int Version { get; }

    /// <summary>One paragraph for people.</summary>
    string Description { get; }

    /// <summary>Source (paper, code, data) and licence.</summary>
    string Source { get; }

    /// <summary>What must be trained first.</summary>
    TrainingNeed Training { get; }

    /// <summary>The tasks, each with its parameters and their defaults.</summary>
    IReadOnlyList<TaskDescription> Tasks { get; }

    /// <summary>Makes a case from a task id and parameters.</summary>
    /// <exception cref="TaskException">Unknown task or parameter, or a value out of range; every problem at once.</exception>
    ICase CreateCase(CaseSpecification specification);
}

/// <summary>A task as <c>lt2 list tasks</c> shows it.</summary>
/// <param name="Id">Id within the suite.</param>
/// <param name="Title">One line.</param>
/// <param name="Parameters">Name to default value, in the form a plan writes it.</param>
/// <param name="DatasetIds">Data sets that must be present, ids of the data catalogue; empty for generated tasks.</param>
public sealed record TaskDescription(
    string Id,
    string Title,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyList<string> DatasetIds);

/// <summary>A task with some of its parameters set; the rest take their defaults.</summary>
public sealed record CaseSpecification(string TaskId, IReadOnlyDictionary<string, string> Parameters);
