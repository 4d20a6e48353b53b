using System.Collections.Immutable;

namespace LT2.Eval.Reports;

/// <summary>What was written.</summary>
/// <param name="IndexPath">Full path of the first page.</param>
/// <param name="Pages">Paths of all pages, relative to the output folder, sorted.</param>
/// <param name="Files">Paths of all files, relative to the output folder, sorted.</param>
/// <param name="Bytes">Size of all files together.</param>
public sealed record ReportSummary(string IndexPath, ImmutableArray<string> Pages, ImmutableArray<string> Files, long Bytes);
