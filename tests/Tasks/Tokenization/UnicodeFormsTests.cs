using System.Text;
using CsCheck;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Tasks.Tests.Tokenization;

public sealed class UnicodeFormsTests
{
    // Examples of Unicode Standard Annex #15 (figures 3 to 6), of Hangul, and of marks that stand in the wrong order.
    [Theory]
    [InlineData("e\u0301", "\u00e9", "e\u0301", "\u00e9", "e\u0301")]
    [InlineData("\u212b", "\u00c5", "A\u030a", "\u00c5", "A\u030a")]
    [InlineData("\u2126", "\u03a9", "\u03a9", "\u03a9", "\u03a9")]
    [InlineData("\u1e0b\u0323", "\u1e0d\u0307", "d\u0323\u0307", "\u1e0d\u0307", "d\u0323\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("\ufb01", "\ufb01", "\ufb01", "fi", "fi")]
    [InlineData("2\u2075", "2\u2075", "2\u2075", "25", "25")]
    [InlineData("\u1e9b\u0323", "\u1e9b\u0323", "\u017f\u0323\u0307", "\u1e69", "s\u0323\u0307")]
    [InlineData("\ud55c", "\ud55c", "\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab")]
    [InlineData("\u0958", "\u0915\u093c", "\u0915\u093c", "\u0915\u093c", "\u0915\u093c")]
    [InlineData("\ud834\udd5e", "\ud834\udd57\ud834\udd65", "\ud834\udd57\ud834\udd65", "\ud834\udd57\ud834\udd65", "\ud834\udd57\ud834\udd65")]
    [InlineData("\uff21\uff22", "\uff21\uff22", "\uff21\uff22", "AB", "AB")]
    [InlineData("plain", "plain", "plain", "plain", "plain")]
    public void A_text_has_the_forms_that_the_standard_gives_it(string text, string c, string d, string kc, string kd) => Assert.Equal(
        (c, d, kc, kd),
        (UnicodeForms.Normalize(text, NormalizationForm.FormC), UnicodeForms.Normalize(text, NormalizationForm.FormD),
            UnicodeForms.Normalize(text, NormalizationForm.FormKC), UnicodeForms.Normalize(text, NormalizationForm.FormKD)));

    [Fact]
    public void Lone_surrogates_stay() => Assert.Equal("\ud800\u00e9\udc00", UnicodeForms.Normalize("\ud800e\u0301\udc00", NormalizationForm.FormC));

    [Fact]
    public void A_form_of_a_form_is_itself_and_all_forms_have_one_decomposition() => Gen.Int[0x20, 0x2fff].Array[1, 8]
        .Select(codes => string.Concat(codes.Select(char.ConvertFromUtf32)))
        .Sample(text => Enum.GetValues<NormalizationForm>().All(form => UnicodeForms.Normalize(UnicodeForms.Normalize(text, form), form) == UnicodeForms.Normalize(text, form))
            && UnicodeForms.Normalize(UnicodeForms.Normalize(text, NormalizationForm.FormC), NormalizationForm.FormD) == UnicodeForms.Normalize(text, NormalizationForm.FormD));

    // NormalizationTest.txt of the Unicode Character Database, where a host has it: every line, all invariants of its header.
    [Fact]
    public void The_databases_own_test_passes()
    {
        var path = Environment.GetEnvironmentVariable("LT2_NORMALIZATION_TEST");
        Assert.SkipUnless(path is not null, "Name Unicode's NormalizationTest.txt (version 15.0) in LT2_NORMALIZATION_TEST.");
        var lines = File.ReadLines(path!).Select(line => line.Split('#')[0].Split(';')).Where(fields => fields.Length > 5).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, fields =>
        {
            var texts = fields.Take(5).Select(field => string.Concat(field.Split(' ').Select(code => char.ConvertFromUtf32(Convert.ToInt32(code, 16))))).ToArray();
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal(texts[i < 3 ? 1 : 3], UnicodeForms.Normalize(texts[i], NormalizationForm.FormC));
                Assert.Equal(texts[i < 3 ? 2 : 4], UnicodeForms.Normalize(texts[i], NormalizationForm.FormD));
                Assert.Equal(texts[3], UnicodeForms.Normalize(texts[i], NormalizationForm.FormKC));
                Assert.Equal(texts[4], UnicodeForms.Normalize(texts[i], NormalizationForm.FormKD));
            }
        });
    }
}
