using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Views;

/// <summary>Files of the pages that exist once for each thing: stable, so that links survive the night.</summary>
internal static class SitePaths
{
    public static string Variant(string variantId) => $"variants/{ContentHash.Slug(variantId)}.html";

    public static string Suite(string suiteId) => $"suites/{ContentHash.Slug(suiteId)}.html";

    public static string Task(string suiteId, string taskId) => $"tasks/{ContentHash.Slug(suiteId + "." + taskId)}.html";

    public static string Samples(string cellId, string metric) => $"samples/{ContentHash.Short(cellId + "\n" + metric)}.html";

    public static string SeriesList(HistoryList list) => $"history/{ContentHash.Slug($"{list.SuiteId}.{list.TaskId}.{list.VariantId}")}.html";

    public static string Series(string seriesId) => $"series/{ContentHash.Slug(seriesId)}.html";
}
