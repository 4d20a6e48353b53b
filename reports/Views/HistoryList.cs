using System.Collections.Immutable;

namespace LT2.Eval.Reports.Views;

/// <summary>The series of one task and variant to which nothing happened.</summary>
/// <param name="SuiteId">Suite.</param>
/// <param name="TaskId">Task.</param>
/// <param name="VariantId">Variant.</param>
/// <param name="Series">The series, by title.</param>
public sealed record HistoryList(string SuiteId, string TaskId, string VariantId, ImmutableArray<SeriesHistory> Series)
{
    /// <summary>The task, with its suite where that has another name.</summary>
    public string Task => SuiteId == TaskId ? TaskId : $"{SuiteId}/{TaskId}";
}
