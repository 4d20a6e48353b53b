namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>What one visit of a page saw.</summary>
/// <param name="Path">The page.</param>
/// <param name="Faults">Console errors, script errors, requests to a network.</param>
/// <param name="Charts">State of each chart: <c>whole</c>, or what is missing.</param>
/// <param name="Excess">Pixels by which the page is wider than a window, with the window's width.</param>
/// <param name="UnmarkedTables">Tables wider than their box at some width, without a line that says so, with the width.</param>
/// <param name="AccessibilityFaults">What axe-core found, with the colour scheme; null where axe-core is not installed.</param>
public sealed record PageVisit(
    string Path, IReadOnlyCollection<string> Faults, IReadOnlyList<string> Charts, IReadOnlyList<(int Width, int Excess)> Excess, IReadOnlyList<string> UnmarkedTables,
    IReadOnlyList<string>? AccessibilityFaults);
