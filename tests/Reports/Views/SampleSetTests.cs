using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class SampleSetTests
{
    private static ReportInput Input(Func<int, bool> wrongNow)
    {
        var run = SampleRun.Create();
        var reference = run with
        {
            Samples = [.. run.Samples.Select(sample => sample with { Numerator = 1 })],
        };
        var changed = run with
        {
            Samples = [.. run.Samples.Select(sample => sample with { Numerator = wrongNow(int.Parse(sample.SampleId[1..], System.Globalization.CultureInfo.InvariantCulture)) ? 0 : 1 })],
        };
        return ReportInput.Of(changed) with { Reference = reference };
    }

    [Fact]
    public void Flips_against_the_reference_come_first()
    {
        var set = new ReportModel(Input(index => index is 7 or 42)).SampleSets[0];
        Assert.Equal([("s0007", "right → wrong"), ("s0042", "right → wrong")], set.Rows.Take(2).Select(row => (row.SampleId, row.Flip!)));
        Assert.All(set.Rows.Skip(2), row => Assert.Null(row.Flip));
    }

    [Fact]
    public void A_sample_has_the_share_of_its_own_parts_whatever_its_slices_repeat()
    {
        var run = SampleRun.Create();
        // One of eight positions is wrong. Each slice counts its own positions, and as a whole.
        var whole = run.Samples.First(sample => sample.Slice is null) with { Numerator = 7 / 8.0, Denominator = 1 };
        SampleRecord[] parts = [whole, whole with { Slice = "index 1", Numerator = 1 }, whole with { Slice = "index 2-8", Numerator = 6 / 7.0 }];

        var row = Assert.Single(new ReportModel(ReportInput.Of(run with { Samples = parts })).SampleSets[0].Rows);

        Assert.Equal(7 / 8.0, Assert.Single(row.Scores).Score);
        Assert.Null(row.Slice);
    }

    [Fact]
    public void A_slice_is_told_where_it_tells_samples_apart()
    {
        var set = new ReportModel(ReportInput.Of(SampleRun.Create())).SampleSets[0];
        Assert.True(set.HasSlices);
        Assert.Equal("odd", set.Rows.Single(row => row.SampleId == "s0007").Slice);
    }

    [Fact]
    public void A_sample_becomes_right_at_the_loop_count_from_which_all_answers_are_right()
    {
        var run = SampleRun.Create();
        var set = new ReportModel(ReportInput.Of(run with
        {
            Samples = [.. run.Samples.Select(sample => sample with { Numerator = sample.TestedLoopCount >= 3 || sample.SampleId == "s0000" ? 1 : 0 })],
        })).SampleSets[0];
        Assert.Equal(3, set.Rows.Single(row => row.SampleId == "s0001").FirstRight);
        Assert.Equal(1, set.Rows.Single(row => row.SampleId == "s0000").FirstRight);
    }

    [Fact]
    public void Samples_lie_in_files_of_five_hundred()
    {
        var run = SampleRun.Create();
        var first = run.Samples.First(sample => sample.Slice is null);
        var set = new ReportModel(ReportInput.Of(run with
        {
            Samples = [.. Enumerable.Range(0, 1100).Select(index => first with { SampleId = $"x{index}" })],
        })).SampleSets[0];
        Assert.Equal(3, SampleScripts.Of(set).Count());
    }
}
