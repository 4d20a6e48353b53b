using LT2.Eval.Reports.Charts;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class AbsentSeriesTableTests
{
    [Fact]
    public void A_few_series_of_a_task_are_named_and_more_with_one_reason_are_counted()
    {
        var table = AbsentSeriesTable.Of([.. Series("s5", 6, "it is new", inReference: false), .. Series("mqar", 5, "it is new", inReference: false), .. Series("s5", 1, "no samples were kept", inReference: true)], new LT2.Eval.Reports.Views.SeriesTitles([], []));

        Assert.Equal(1 + 5 + 1, table.Rows.Length);
        Assert.StartsWith("6 series, the first ", table.Rows[0][0], StringComparison.Ordinal);
        Assert.Equal(["no", "yes", "it is new"], table.Rows[0].Skip(1));
        Assert.All(table.Rows.Skip(1), row => Assert.DoesNotContain("series, the first", row[0], StringComparison.Ordinal));
        Assert.Equal(["yes", "yes", "no samples were kept"], table.Rows[^1].Skip(1));
    }

    private static IEnumerable<RefusedComparison> Series(string task, int count, string reason, bool inReference) => Enumerable.Range(0, count).Select(i => new RefusedComparison(
        new SeriesKey(task, 1, task, "length=8", 0, "test", "data", $"metric_{i}", null, "v@s", "recipe", 2, 2, "float32", 16), inReference, true, reason));
}
