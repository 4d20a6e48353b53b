using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tests.Data;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Tasks.Tests.Tokenization;

public sealed class SplitPatternTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData(@"\p{L}++", "abc1de", "abc,de")]
    [InlineData(@"a++a|b", "aaab", "b")]
    [InlineData(@"a?+a", "aab", "aa")]
    [InlineData(@"[ab\]]*+b|c", "ab]bc", "c")]
    [InlineData(@"(?:ab|c)++c|d", "abccd", "d")]
    [InlineData(@"\x41++\u0042*+", "AABB", "AABB")]
    [InlineData(@"\++b", "++b", "++b")]
    [InlineData(@"[^\r\n\p{L}]?+\p{L}++|\s++", " ab  c", " ab,  ,c")]
    [InlineData(@"(?:(?:a|b)++c)?+d", "abcdd", "abcd,d")]
    [InlineData(@"a+?b", "aab", "aab")]
    [InlineData(@"[]++]+", "]+a", "]+")]
    public void Possessive_quantifiers_give_nothing_back(string pattern, string text, string matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [InlineData(@"\p{N}{1,3}+", "12345", "12345")]
    [InlineData(@"a{2}+", "aaaaa", "aaaa")]
    [InlineData(@"(?:ab){1,}+b?", "ababb", "ababb")]
    public void An_interval_with_a_plus_is_repeated_as_in_the_original_library(string pattern, string text, string matches) => Assert.Equal(matches, Matches(pattern, text));

    [Theory]
    [InlineData("[a-")]
    [InlineData("a|*b")]
    [InlineData("(a")]
    [InlineData(@"\p{Nonsense}")]
    public void A_pattern_that_cannot_be_read_is_refused_with_its_file(string pattern)
    {
        var path = new SmallTokenizer { Split = pattern }.Write(temporary);
        Assert.Contains($"'{path}' is no tokenizer.json that can be read", Assert.Throws<TaskException>(() => HuggingFaceTokenizerFile.Read(path)).Message);
    }

    [Fact]
    public void A_vocabulary_without_entries_is_refused_with_its_file()
    {
        var path = temporary.Write("empty/tokenizer.json", """{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": {}, "merges": []}}""");
        Assert.Contains($"'{path}' is no tokenizer.json that can be read", Assert.Throws<TaskException>(() => HuggingFaceTokenizerFile.Read(path)).Message);
    }

    private static string Matches(string pattern, string text) => string.Join(',', SplitPattern.Compile(pattern).Matches(text).Select(match => match.Value));
}
