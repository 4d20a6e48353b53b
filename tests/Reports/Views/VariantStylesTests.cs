using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Tests.Views;

public sealed class VariantStylesTests
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 40).Select(index => $"variant-{index:D2}@mini")];

    private static readonly VariantStyles Styles = new(Names);

    [Fact]
    public void However_many_there_are_no_two_variants_share_colour_and_marker() =>
        Assert.Equal(Names.Length, Names.Select(name => (Styles[name].Color, Styles[name].Symbol)).Distinct().Count());

    [Fact]
    public void This_run_is_always_solid_and_the_reference_run_always_dashed()
    {
        Assert.All(Names, name => Assert.Equal("solid", Styles[name].Dash));
        Assert.All(Names, name => Assert.Equal((Styles[name].Color, "dash"), (Styles[name].InReference.Color, Styles[name].InReference.Dash)));
    }
}
