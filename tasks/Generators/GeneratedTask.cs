using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>A task of a generated suite.</summary>
/// <param name="Id">Id within the suite.</param>
/// <param name="Title">One line.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="Check">Notes problems between parameters; may be called while single parameters are at fault.</param>
/// <param name="Create">Makes the generator once everything is right.</param>
public sealed record GeneratedTask(
    string Id,
    string Title,
    IReadOnlyList<ParameterDefinition> Parameters,
    Action<CaseOptions> Check,
    Func<CaseOptions, SequenceGenerator> Create)
{
    /// <summary>As <c>lt2 list tasks</c> shows it.</summary>
    public TaskDescription Describe() =>
        new(Id, Title, Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.DefaultText), []);
}
