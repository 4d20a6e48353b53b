namespace LT2.Eval.Tasks.Data;

/// <summary>Makes a data set's files.</summary>
/// <param name="unpackedFolder">Where the source was unpacked.</param>
/// <param name="outputFolder">Where the files go.</param>
/// <param name="cancellation">Stops it.</param>
public delegate Task DatasetConversion(string unpackedFolder, string outputFolder, CancellationToken cancellation);
