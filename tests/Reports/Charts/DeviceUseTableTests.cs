using LT2.Eval.Reports.Charts;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Charts;

public sealed class DeviceUseTableTests
{
    [Fact]
    public void Cells_a_minute_and_busy_share_are_of_the_device_time()
    {
        var table = DeviceUseTable.Of(
        [
            Cell("a", CellKind.Train, new("cuda:0", 90, 1)), Cell("b", CellKind.Score, new("cuda:0", 30, 0.6)), Cell("c", CellKind.Score, null), Cell("d", CellKind.Score, new("cpu", 0.5, null)),
        ])!;

        Assert.Equal(
        [
            ["cpu", "score", "1", "0.500 s", "120", "–"], ["cpu", "all", "1", "0.500 s", "120", "–"], ["cuda:0", "train", "1", "1 min 30 s", "0.667", "100 %"],
            ["cuda:0", "score", "1", "30.0 s", "2.00", "60.0 %"], ["cuda:0", "all", "2", "2 min 0 s", "1.00", "90.0 %"],
        ], table.Rows.Select(row => row.ToArray()));
    }

    [Fact]
    public void Without_records_of_devices_there_is_no_table() => Assert.Null(DeviceUseTable.Of([Cell("a", CellKind.Train, null)]));

    [Theory]
    [InlineData(600, "")]
    [InlineData(100, "The time of cuda:0 adds up to 2 min 0 s in a run of 1 min 40 s: parts of the run, carried out by several processes or hosts, had a device of that name each.")]
    public void Several_devices_of_one_name_are_told_by_their_time(int seconds, string expected)
    {
        var data = Samples.SampleRun.Create();
        data = data with
        {
            Run = data.Run with { FinishedUtc = data.Run.StartedUtc.AddSeconds(seconds) },
            Cells = [Cell("a", CellKind.Train, new("cuda:0", 90, 1)), Cell("b", CellKind.Score, new("cuda:0", 30, 0.6)), Cell("d", CellKind.Score, new("cpu", 0.5, null))],
        };
        Assert.Equal(expected, DeviceUseTable.Shared(data));
    }

    private static CellRecord Cell(string id, CellKind kind, DeviceUse? use) =>
        new("run", id, kind, id, "{}", CellOutcome.Finished, null, "v@s", 1, 1, DateTimeOffset.UnixEpoch, 1, DeviceUse: use);
}
