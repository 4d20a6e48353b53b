namespace LT2.Eval.Results.Records;

/// <summary>One fact about the machine, program or settings of a run: <c>gpu.name</c>, <c>libtorch.version</c>, <c>settings.tf32</c>.</summary>
public sealed record EnvironmentEntry(string Name, string Value)
{
    /// <summary>Whether it tells where files lie on the host, which says nothing about a result and does not belong in what is published.</summary>
    public bool IsPathOfHost => Name is "libtorch from" or "native loading";
}
