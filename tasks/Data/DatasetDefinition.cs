namespace LT2.Eval.Tasks.Data;

/// <summary>A data set of the catalogue.</summary>
/// <param name="Id">Id used in plans and as its folder's name.</param>
/// <param name="Title">One line.</param>
/// <param name="Licence">Licence, as the source states it.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Files">The files it consists of once converted.</param>
/// <param name="ConvertAsync">Makes the files from the unpacked source.</param>
public sealed record DatasetDefinition(
    string Id,
    string Title,
    string Licence,
    DatasetSource Source,
    IReadOnlyList<DatasetFile> Files,
    DatasetConversion ConvertAsync);
