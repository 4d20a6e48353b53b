namespace LT2.Eval.EndToEnd.Tests;

public sealed class ReportOntoHostileDiskTests
{
    [Theory]
    [InlineData("report")]
    [InlineData("report", "--single-file", "reports/site/page.html")]
    public void A_place_that_cannot_be_written_is_an_error_with_advice_and_not_a_crash(params string[] verb)
    {
        using var plan = new TinyPlan();
        Directory.CreateDirectory(Path.GetDirectoryName(plan.StorePath)!);
        using (var store = Results.Store.ResultStore.Open(plan.StorePath, Results.Store.StoreAccess.ReadWrite))
        {
            store.CreateRun(new Results.Records.RunRecord(
                "run", "tiny", "hash", "name: tiny", "build", null, null, DateTimeOffset.UnixEpoch, null, Results.Records.RunStatus.Running, "host", "lt2 run tiny"));
        }

        File.WriteAllText(Path.Combine(plan.Folder, "reports"), "a file in the folder's place");

        var (exit, _, error) = Lt2.Run([.. verb.Select(word => word.StartsWith("reports/", StringComparison.Ordinal) ? Path.Combine(plan.Folder, word) : word), "--out", plan.Folder]);

        Assert.Equal(2, exit);
        Assert.Contains("The report cannot be written to", error, StringComparison.Ordinal);
        Assert.Contains("the records are unchanged", error, StringComparison.Ordinal);
    }
}
