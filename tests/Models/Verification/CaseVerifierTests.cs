using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Tests.Mixers;
using LT2.Eval.Models.Verification;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Verification;

public sealed class CaseVerifierTests
{
    public CaseVerifierTests() => TorchRuntime.SetThreads(1);

    public static TheoryData<string> OperatorFiles { get; } =
        [.. Directory.EnumerateFiles(Golden.Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(OperatorFiles))]
    public void Every_golden_case_passes_in_float64(string file) => AssertAllPass(file, ScalarType.Float64);

    [Theory, MemberData(nameof(OperatorFiles))]
    public void Every_golden_case_passes_in_float32(string file) => AssertAllPass(file, ScalarType.Float32);

    [Theory, MemberData(nameof(OperatorFiles))]
    public void Every_golden_case_passes_with_bfloat16_inputs(string file) => AssertAllPass(file, ScalarType.BFloat16);

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_layer_of_flash_linear_attention_is_reproduced_from_its_weights(ScalarType dtype)
    {
        var verdict = Assert.Single(CaseVerifier.Verify(Path.Combine(Golden.Folder, "fla-layers"), dtype: dtype));
        Assert.True(verdict.Passed, verdict.Message);
        Assert.Equal(("GatedDeltaNet", "gdn"), (verdict.Mixer, verdict.Name));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_model_of_the_public_ouro_code_is_reproduced_with_every_exit(ScalarType dtype)
    {
        var verdict = Assert.Single(CaseVerifier.Verify(Path.Combine(Golden.Folder, "ouro"), dtype: dtype));
        Assert.True(verdict.Passed, verdict.Message);
        Assert.Equal(("ouro", "ouro_tiny"), (verdict.Mixer, verdict.Name));
    }

    private static void AssertAllPass(string file, ScalarType dtype)
    {
        var verdicts = CaseVerifier.Verify(Path.Combine(Golden.Folder, file + ".json"), dtype: dtype);
        Assert.NotEmpty(verdicts);
        Assert.All(verdicts, verdict => Assert.True(verdict.Passed, $"{verdict.Mixer} {verdict.Name}: {verdict.Message}"));
    }
}
