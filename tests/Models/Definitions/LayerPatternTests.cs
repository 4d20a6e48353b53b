using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Tests.Definitions;

public sealed class LayerPatternTests
{
    static int[] Full(string pattern, int layers) =>
        [.. LayerPattern.Expand(pattern, layers).Select((name, index) => (name, index)).Where(pair => pair.name == "full").Select(pair => pair.index)];

    /// <summary>lt2.md section 3.1: interleaved:4:1:gdn:full puts full at 4, 9, 14, 19; of 21 layers the last is GDN.</summary>
    [Fact]
    public void The_flagship_interleave_puts_full_attention_at_every_fifth_layer() => Assert.Equal([4, 9, 14, 19], Full("interleave:4:1:gdn:full", 21));

    [Theory]
    [InlineData("bookend:2:full:gdn", new[] { 0, 1, 18, 19 })]
    [InlineData("bookend:1/5:full:gdn", new[] { 0, 1, 18, 19 })]
    [InlineData("front:1/5:full:gdn", new[] { 0, 1, 2, 3 })]
    [InlineData("back:4:full:gdn", new[] { 16, 17, 18, 19 })]
    [InlineData("interleave:1:3:gdn:full", new[] { 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19 })]
    public void Patterns_place_full_attention_in_twenty_layers(string pattern, int[] expected) => Assert.Equal(expected, Full(pattern, 20));

    [Theory]
    [InlineData("interleave:0:1:a:b")]
    [InlineData("front:x:a:b")]
    [InlineData("front:9:a:b")]
    [InlineData("middle:1:a:b")]
    [InlineData("")]
    public void A_pattern_that_does_not_parse_or_fit_is_refused(string pattern) => Assert.Throws<ModelException>(() => LayerPattern.Expand(pattern, 4));
}
