namespace LT2.Eval.Results.Records;

/// <summary>One fact about the machine, program or settings of a run: <c>gpu.name</c>, <c>libtorch.version</c>, <c>settings.tf32</c>.</summary>
public sealed record EnvironmentEntry(string Name, string Value);
