using CsCheck;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.Tests.TextTasks;

/// <summary>Expected values are what CPython 3.11 prints.</summary>
public sealed class PythonTests
{
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(1e-4, "0.0001")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(0.1, "0.1")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(100.0, "100.0")]
    [InlineData(-2.5e-7, "-2.5e-07")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void Numbers_are_written_as_Python_writes_them(double number, string text) => Assert.Equal(text, PythonFormat.Repr(number));

    [Fact]
    public void Numbers_read_back() => Gen.Double.Where(double.IsFinite).Sample(number =>
        double.Parse(PythonFormat.Repr(number), System.Globalization.CultureInfo.InvariantCulture) == number);

    [Theory]
    [InlineData("a'b", "\"a'b\"")]
    [InlineData("a\"b", "'a\"b'")]
    [InlineData("a'\"b", "'a\\'\"b'")]
    [InlineData("\n\t\\", "'\\n\\t\\\\'")]
    [InlineData("é\u00a0\u200b\u3000\u007f\u0085\u00ad", "'é\\xa0\\u200b\\u3000\\x7f\\x85\\xad'")]
    [InlineData("😀\U000e0001", "'😀\\U000e0001'")]
    public void Texts_are_written_as_Python_writes_them_and_read_back(string text, string literal)
    {
        Assert.Equal(literal, PythonFormat.Repr(text));
        Assert.Equal(text, PythonLiteral.Parse(literal));
    }

    [Fact]
    public void Literals_of_all_kinds_are_read() => Assert.Equal(
        """{"a": [1, -2.5, "x"], "b": null, "c": true, "d": [], "e": "one two"}""",
        PythonJson.Dumps(PythonLiteral.Parse("{'a': (1, -2.5, u\"x\"), 'b': None, 'c': True, 'd': [], 'e': 'one ' 'two', }")));

    [Theory]
    [InlineData("[1, 2")]
    [InlineData("'open")]
    [InlineData("name")]
    [InlineData("[1 2]")]
    [InlineData("'a' 1")]
    public void What_is_no_literal_is_refused(string text) => Assert.False(PythonLiteral.TryParse(text, out _));

    [Fact]
    public void Indented_JSON_is_written_as_Python_writes_it() => Assert.Equal(
        "{\n  \"a\": [\n    1,\n    2.5,\n    null,\n    true,\n    \"é😀\u2028\u007f\\u001f\"\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": {\n    \"e\": 1e+20\n  }\n}",
        PythonJson.Dumps(PythonJson.Parse("""{"a":[1,2.5,null,true,"é😀\u2028\u007f\u001f"],"b":{},"c":[],"d":{"e":1e20}}"""), 2));

    [Theory]
    [InlineData("hELLO wORLD", "Hello world")]
    [InlineData("éA", "Éa")]
    [InlineData("ßa", "Ssa")]
    [InlineData("ǆA", "ǅa")]
    [InlineData("", "")]
    [InlineData(" aB", " ab")]
    [InlineData("\u03a3\u0391\u03a3", "\u03a3\u03b1\u03c2")]
    public void Capitalized_texts_have_one_capital(string text, string capitalized) => Assert.Equal(capitalized, PythonCase.Capitalize(text));

    [Theory]
    [InlineData("\u03a3\u0391\u03a3", "\u03c3\u03b1\u03c2")]
    [InlineData("\u0391\u03a3'\u0391", "\u03b1\u03c3'\u03b1")]
    [InlineData("\u0391\u03a3' ", "\u03b1\u03c2' ")]
    [InlineData("\u00c0\u03a3\u0301", "\u00e0\u03c2\u0301")]
    [InlineData("\u2163\u03a3", "\u2173\u03c2")]
    [InlineData("1\u03a3", "1\u03c3")]
    [InlineData("\u0130A", "i\u0307a")]
    [InlineData("", "")]
    public void Lower_case_is_that_of_Unicode_in_full(string text, string lower) => Assert.Equal(lower, PythonCase.Lower(text));

    [Theory]
    [InlineData("a  b\n", 3)]
    [InlineData("", 1)]
    [InlineData("\u001ca", 2)]
    [InlineData(" ", 2)]
    public void Pieces_between_blanks_include_empty_ends(string text, int pieces) => Assert.Equal(pieces, PythonText.SplitOnBlanks(text).Count);

    [Fact]
    public void Lengths_count_code_points() => Assert.Equal(4, PythonText.CodePointCount("a😀é\ud800"));
}
