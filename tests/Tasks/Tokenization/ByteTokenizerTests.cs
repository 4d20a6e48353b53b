using CsCheck;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Tasks.Tests.Tokenization;

public sealed class ByteTokenizerTests
{
    [Fact]
    public void Ids_are_the_bytes_of_the_text() => Assert.Equal([97, 195, 169, 10], new ByteTokenizer().Encode("aé\n"));

    [Fact]
    public void Special_ids_give_no_text() => Assert.Equal("ab", new ByteTokenizer().Decode([ByteTokenizer.BeginOfText, 97, 98, ByteTokenizer.EndOfText]));

    [Fact]
    public void Decoding_returns_the_text() => Gen.Int[0, 0x10ffff].Where(value => value is < 0xd800 or > 0xdfff).List[0, 20].Sample(values =>
    {
        var text = string.Concat(values.Select(char.ConvertFromUtf32));
        var tokenizer = new ByteTokenizer();
        return tokenizer.Decode(tokenizer.Encode(text)) == text;
    });
}
