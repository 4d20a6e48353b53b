using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Views;

/// <summary>Why a metric that was measured has no value.</summary>
internal static class FailedValues
{
    /// <summary>What the cell's events say of the case; of a stage of a curriculum at least that it was never passed.</summary>
    /// <param name="metric">The metric without a value.</param>
    /// <param name="events">Events of the run.</param>
    public static string Reason(MetricRecord metric, IEnumerable<EventRecord> events)
    {
        if (metric.Key.Metric != "steps_to_pass")
        {
            return "no reason recorded";
        }
        var sizes = CaseNames.Parameters(metric.Key.CaseParameters).Select(pair => $"Size {pair.Value}: not passed").ToArray();
        return events.Where(item => item.CellId == metric.CellId).Select(item => item.Message)
            .FirstOrDefault(message => Array.Exists(sizes, size => message.StartsWith(size, StringComparison.Ordinal))) is { } message
                ? $"never passed. {message}"
                : "never passed";
    }
}
