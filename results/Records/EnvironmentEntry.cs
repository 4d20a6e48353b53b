namespace LT2.Eval.Results.Records;

/// <summary>One fact about the machine, program or settings of a run: <c>gpu.name</c>, <c>libtorch.version</c>, <c>settings.tf32</c>.</summary>
public sealed record EnvironmentEntry(string Name, string Value)
{
    /// <summary>Whether it tells where files lie on the host, which says nothing about a result and does not belong in what is published.</summary>
    public bool IsPathOfHost => Name is "libtorch from" or "native loading";

    /// <summary>
    /// Whether the parts of one run may differ in it without contradicting each other: how many cells ran side by side, with how many threads, where. Their values are
    /// kept together, <c>14; 1</c>.
    /// </summary>
    public bool IsOfPart => Name is "settings.workers" or "settings.threads" or "settings.device" or "threads";

    /// <summary>The values of several parts, without repeats.</summary>
    public IReadOnlyList<string> Parts => Value.Split(Separator);

    /// <summary>This fact with the values of a further part.</summary>
    /// <param name="value">Its value, or several.</param>
    public EnvironmentEntry With(string value) => this with { Value = string.Join(Separator, Parts.Union(value.Split(Separator))) };

    private const string Separator = "; ";
}
