namespace LT2.Eval.Tasks.Data;

/// <summary>A line of <c>lt2 data list</c>.</summary>
/// <param name="Id">The data set.</param>
/// <param name="Title">One line.</param>
/// <param name="Licence">Licence.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="IsPresent">Whether it lies in the data folder.</param>
/// <param name="SizeBytes">Size on disk; 0 when absent.</param>
/// <param name="Folder">Where it lies or would lie.</param>
public sealed record DatasetStatus(
    string Id,
    string Title,
    string Licence,
    string Source,
    bool IsPresent,
    long SizeBytes,
    string Folder);
