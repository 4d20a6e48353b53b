using System.Text;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tests.Data;
using LT2.Eval.Tasks.Tokenization;
using Microsoft.ML.Tokenizers;

namespace LT2.Eval.Tasks.Tests.Tokenization;

/// <summary>Tokens that stand beside a vocabulary; in the expectations a text means its bytes and a number an added token.</summary>
public sealed class AddedTokenTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ordinary_added_tokens_are_found_before_words_are_cut(bool ignoreMerges)
    {
        var tokenizer = Load(new SmallTokenizer { AddedTokens = [new(257, "    "), new(258, "<tool_call>")], Split = @"\s+|\S+", IgnoreMerges = ignoreMerges });

        Assert.Equal([120, 257, 121], tokenizer.Encode("x    y"));
        Assert.Equal(Ids("x", 257, " y"), tokenizer.Encode("x     y"));
        Assert.Equal(Ids("a", 258, 258, "b<tool_cal>"), tokenizer.Encode("a<tool_call><tool_call>b<tool_cal>"));
        Assert.Equal([258], tokenizer.Encode("<tool_call>"));
        Assert.Empty(tokenizer.Encode(string.Empty));
        Assert.Equal("x    y<tool_call>", tokenizer.Decode(tokenizer.Encode("x    y<tool_call>")));
    }

    [Fact]
    public void The_leftmost_longest_token_is_taken()
    {
        var tokenizer = Load(new SmallTokenizer { AddedTokens = [new(300, "ab"), new(301, "abcd"), new(302, "bcde"), new(303, "cd")] });
        Assert.Equal(Ids(301, "e"), tokenizer.Encode("abcde"));
        Assert.Equal(Ids(300, "cx", 302), tokenizer.Encode("abcxbcde"));
        Assert.Equal(Ids("b", 303), tokenizer.Encode("bcd"));
    }

    [Fact]
    public void Blanks_beside_a_token_go_with_it_where_it_says_so()
    {
        var tokenizer = Load(new SmallTokenizer { AddedTokens = [new(300, "<l>", StripsLeft: true), new(301, "<r>", StripsRight: true), new(302, "<->")] });
        Assert.Equal(Ids("a", 300, " b"), tokenizer.Encode("a \n<l> b"));
        Assert.Equal(Ids("a ", 301, "b"), tokenizer.Encode("a <r> \u00a0b"));
        Assert.Equal(Ids("a ", 302, " b"), tokenizer.Encode("a <-> b"));
        Assert.Equal(Ids(301, 300, "x"), tokenizer.Encode("<r>  <l>x"));
    }

    [Fact]
    public void A_token_of_single_words_is_not_found_within_one()
    {
        var tokenizer = Load(new SmallTokenizer { AddedTokens = [new(300, "cat", SingleWord: true)] });
        Assert.Equal(Ids("a ", 300, ", ", 300, "-like"), tokenizer.Encode("a cat, cat-like"));
        Assert.Equal(Ids("concat cats écat cat_ ", 300), tokenizer.Encode("concat cats écat cat_ cat"));
    }

    [Fact]
    public void Normalized_tokens_are_found_in_normalized_text_and_others_in_the_text_as_it_is()
    {
        AddedToken Token(int id, string content, bool isNormalized) => new(id, content, false, false, false, false, isNormalized);
        var splitter = new AddedTokenSplitter([Token(300, "Cat", true), Token(301, "DOG", false), Token(302, "cats", true)], new SmallLetters());
        Assert.Equal(
            [("cat", 300), (" ", null), ("DOG", 301), (" dog ", null), ("cats", 302), ("cat", 300)],
            splitter.Split("CAT DOG Dog cAtSCat").Select(piece => (piece.Text, piece.Id)));
    }

    [Fact]
    public void Text_that_looks_like_a_special_token_stays_text_as_a_whole()
    {
        var tokenizer = Load(new SmallTokenizer { AddedTokens = [new(300, "<|tool|>", Special: true), new(301, "tool")] });
        Assert.Equal(Ids("a<|tool|> ", 301), tokenizer.Encode("a<|tool|> tool"));
    }

    [Theory]
    [InlineData("single_word")]
    [InlineData("lstrip")]
    [InlineData("rstrip")]
    [InlineData("normalized")]
    [InlineData("special")]
    public void A_flag_that_is_neither_true_nor_false_is_refused_by_name(string flag)
    {
        var path = temporary.Write("odd/tokenizer.json", $$$"""
            {"added_tokens": [{"id": 1, "content": "<a>", "{{{flag}}}": "maybe"}, {"id": 2, "content": "<b>", "{{{flag}}}": 1}],
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "model": {"type": "BPE", "vocab": {"!": 0}, "merges": []}}
            """);
        var problems = Assert.Throws<TaskException>(() => HuggingFaceTokenizerFile.Read(path)).Problems;
        Assert.Equal(2, problems.Count);
        Assert.All(["<a>", "<b>"], token => Assert.Contains(problems, problem => problem.Contains(path) && problem.Contains($"'{token}'") && problem.Contains($"'{flag}'")));
    }

    [Fact]
    public void A_token_that_is_added_twice_is_refused_by_name()
    {
        var path = new SmallTokenizer { AddedTokens = [new(300, "<a>"), new(301, "<a>"), new(302, "<b>")] }.Write(temporary);
        Assert.Equal($"'{path}': the added token '<a>' stands there twice; keep one.", Assert.Throws<TaskException>(() => HuggingFaceTokenizerFile.Read(path)).Message);
    }

    private static List<int> Ids(params object[] parts) => [.. parts.SelectMany(part => part is int id ? [id] : Encoding.UTF8.GetBytes((string)part).Select(value => (int)value))];

    private ITokenizer Load(SmallTokenizer file) => HuggingFaceTokenizerFile.Read(file.Write(temporary));

    private sealed class SmallLetters : Normalizer
    {
        public override string Normalize(string original) => original.ToLowerInvariant();

        public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
    }
}
