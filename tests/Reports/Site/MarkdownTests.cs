using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Tests.Samples;
using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Tests.Site;

public sealed class MarkdownTests
{
    [Fact]
    public void The_summary_begins_with_the_outcome_and_has_every_section()
    {
        var text = ReportMarkdown.Summarise(ReportInput.Of(SampleRun.Create()));
        Assert.StartsWith("## CELLS FAILED: standard, 2026-03-01 02:00 UTC", text, StringComparison.Ordinal);
        Assert.Contains("### Missing and failed", text, StringComparison.Ordinal);
        Assert.Contains("| parity, length 16 | accuracy |", text, StringComparison.Ordinal);
        Assert.Contains("### Latency of the longest sequence", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Claims_are_listed_with_verdict_and_interval()
    {
        var input = SampleInputs.Full();
        var text = ReportMarkdown.Summarise(input);
        Assert.Contains("### Claims of the plan", text, StringComparison.Ordinal);
        Assert.Contains("| a: GDN generalises further than full attention. | confirmed | ", text, StringComparison.Ordinal);
        Assert.Contains("| b: GDN generalises further than full attention. | refuted | ", text, StringComparison.Ordinal);
        Assert.Contains($"| c: GDN generalises further than full attention. | not measured | – | above 0 | 0 | {Quantity.Elapsed(input.Claims[2].DeviceSeconds)} | figure 9 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_of_a_table_has_as_many_cells_as_its_header() =>
        Assert.All(
            ReportMarkdown.Summarise(SampleInputs.Hostile()).Split("\n\n").Where(part => part.StartsWith('|')),
            table => Assert.Single(table.TrimEnd().Split('\n').Select(line => line.Replace("\\|", "", StringComparison.Ordinal).Count(letter => letter == '|')).Distinct()));

    [Fact]
    public void Markup_is_escaped() => Assert.Equal(@"\<b\>\|\`x\`\*⏎ [a\](b) \@someone", MarkdownTable.Escape("<b>|`x`*\n [a](b) @someone"));

    [Fact]
    public void Names_and_intervals_stay_readable() => Assert.Equal("lt2-gdn@tiny 0.5 [0.4, 0.6] acc_norm", MarkdownTable.Escape("lt2-gdn@tiny 0.5 [0.4, 0.6] acc_norm"));
}
