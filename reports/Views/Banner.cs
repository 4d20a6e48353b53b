namespace LT2.Eval.Reports.Views;

/// <summary>What the first line of a report says.</summary>
/// <param name="Kind"><c>good</c>, <c>bad</c> or <c>unsure</c>.</param>
/// <param name="Word">One word in capitals.</param>
/// <param name="Sentence">One sentence with the worst item.</param>
public sealed record Banner(string Kind, string Word, string Sentence);
