using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.TextTasks;

/// <summary>A task of a suite over real text: what it takes and how its case is made.</summary>
/// <param name="Id">Id within the suite.</param>
/// <param name="Title">One line.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="DatasetIds">Data sets it reads.</param>
/// <param name="Create">Makes the case once the parameters are right.</param>
public sealed record TextTaskDefinition(
    string Id,
    string Title,
    IReadOnlyList<ParameterDefinition> Parameters,
    IReadOnlyList<string> DatasetIds,
    Func<CaseOptions, ITextCase> Create)
{
    /// <summary>As <c>lt2 list tasks</c> shows it.</summary>
    public TaskDescription Describe() =>
        new(Id, Title, Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.DefaultText), DatasetIds);
}
