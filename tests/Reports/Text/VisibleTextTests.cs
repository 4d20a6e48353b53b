using LT2.Eval.Reports.Text;

namespace LT2.Eval.Reports.Tests.Text;

public sealed class VisibleTextTests
{
    [Fact]
    public void A_directional_override_is_written_out() => Assert.Equal("a\\u{202e}b", VisibleText.Of("a\u202eb"));

    [Fact]
    public void Line_breaks_and_control_characters_are_visible() => Assert.Equal("a⏎b⇥c\\u{0}", VisibleText.Of("a\nb\tc\0"));

    [Fact]
    public void An_unpaired_surrogate_is_written_out() => Assert.Equal("x\\u{fffd}", VisibleText.Of("x\ud800"));

    [Fact]
    public void Long_text_is_cut_with_an_ellipsis() => Assert.Equal("aaaaa…", VisibleText.Of(new string('a', 50), 5));

    [Fact]
    public void Letters_of_any_script_stay() => Assert.Equal("Привет 你好 😀", VisibleText.Of("Привет 你好 😀"));
}
