using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Views;

/// <summary>Stable places of cases on the quality page.</summary>
internal static class QualityAnchors
{
    /// <summary>An id from the case's identity: the same on every night.</summary>
    public static string Of(QualityCase item) =>
        "q-" + ContentHash.Short(string.Join('\n', item.SuiteId, item.TaskId, item.CaseParameters, item.Shots, item.Split, item.Metric, item.Slice));
}
