namespace LT2.Eval.Tasks.Data;

/// <summary>One file of a data set.</summary>
/// <param name="Name">Name within the data set's folder.</param>
/// <param name="Sha256">
/// Lower-case hex digest that its content must have; null where the source package moves with security updates, so that only
/// the package manager's own signature can be checked. The digest found is recorded in <c>dataset.json</c> either way.
/// </param>
public sealed record DatasetFile(string Name, string? Sha256);
