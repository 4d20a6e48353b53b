using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Tests.Mixers;
using LT2.Eval.Models.Verification;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Verification;

public sealed class DamagedCaseTests : IDisposable
{
    private const string L2 = """{"name": "a", "attrs": {"op": "l2norm", "eps": 0}, "inputs": {"x": {"shape": [1,1,1,2], "data": [3, 4]}}, "outputs": {"y": {"shape": [1,1,1,2], "data": [0.6, 0.8]}}}""";

    private readonly string file = Path.GetTempFileName();

    public DamagedCaseTests() => TorchRuntime.SetThreads(1);

    [Fact]
    public void A_case_with_a_wrong_expected_value_fails_with_its_largest_errors()
    {
        var verdict = Single(L2.Replace("0.6", "0.7", StringComparison.Ordinal));
        Assert.False(verdict.Passed);
        Assert.Equal(0.1, verdict.LargestAbsoluteError!.Value, 1e-6);
        Assert.Equal(0.125, verdict.LargestRelativeError!.Value, 1e-6);
        Assert.Contains("y (parallel) is off by 0.125 relative; allowed 1E-09", verdict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"shape\": [1,1,1,2], \"data\": [3, 4]", "\"shape\": [1,1,1,3], \"data\": [3, 4]", "inputs.x has the shape [1,1,1,3] but 2 numbers")]
    [InlineData("\"x\":", "\"z\":", "no input 'x'")]
    [InlineData("l2norm", "l3norm", "attribute op is 'l3norm'")]
    [InlineData("\"attrs\"", "\"attributes\"", "it has no object \"attrs\"")]
    [InlineData("\"y\": {\"shape\": [1,1,1,2]", "\"y\": {\"shape\": [1,1,2,1]", "y (parallel) has the shape [1,1,1,2]; expected [1,1,2,1]")]
    [InlineData("\"outputs\": {\"y\"", "\"outputs\": {\"u\"", "no form computes the expected output 'u'")]
    [InlineData("\"eps\": 0", "\"eps\": \"small\"", "attribute eps is \"small\"; it must be a number")]
    public void A_damaged_case_is_a_failed_verdict_that_says_why(string part, string damage, string expected)
    {
        var verdict = Single(L2.Replace(part, damage, StringComparison.Ordinal));
        Assert.False(verdict.Passed);
        Assert.Contains(expected, verdict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"mixer\": \"gdn\"}")]
    [InlineData("{\"schema\": 2, \"mixer\": \"gdn\", \"cases\": []}")]
    public void A_damaged_file_is_one_failed_verdict(string text)
    {
        File.WriteAllText(file, text);
        var verdict = Assert.Single(CaseVerifier.Verify(file));
        Assert.False(verdict.Passed);
        Assert.NotNull(verdict.Message);
    }

    [Fact]
    public void An_unknown_mixer_names_the_nearest_known_one()
    {
        File.WriteAllText(file, $$"""{"schema": 1, "mixer": "gdm", "cases": [{{L2}}]}""");
        Assert.Contains("Did you mean 'gdn'?", Assert.Single(CaseVerifier.Verify(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_damaged_case_leaves_the_others_to_be_verified()
    {
        File.WriteAllText(file, $$"""{"schema": 1, "mixer": "common", "cases": [{{L2}}, 7, {{L2}}]}""");
        Assert.Equal([true, false, true], CaseVerifier.Verify(file).Select(verdict => verdict.Passed));
    }

    [Fact]
    public void A_missing_path_and_an_unsupported_dtype_are_refused()
    {
        Assert.Throws<ModelException>(() => CaseVerifier.Verify(file + ".gone"));
        Assert.Throws<ModelException>(() => CaseVerifier.Verify(file, dtype: ScalarType.Int64));
    }

    [Fact]
    public void An_infinite_bound_as_python_writes_it_is_read()
    {
        const string Gate = """{"name": "a", "attrs": {"op": "gate_mamba2", "dt_limit": [0.5, Infinity]}, "inputs": {"dt_raw": {"shape": [1,1,1], "data": [-50]}, "A_log": {"shape": [1], "data": [0]}, "dt_bias": {"shape": [1], "data": [0]}}, "outputs": {"dt": {"shape": [1,1,1], "data": [0.5]}, "g": {"shape": [1,1,1], "data": [-0.5]}}}""";
        Assert.True(Single(Gate).Passed);
    }

    [Fact]
    public void An_empty_folder_has_no_verdicts()
    {
        var folder = Directory.CreateTempSubdirectory("lt2-no-cases");
        Assert.Empty(CaseVerifier.Verify(folder.FullName));
        folder.Delete();
    }

    [Fact]
    public void A_looser_tolerance_states_its_reason()
    {
        var verdict = CaseVerifier.Verify(Path.Combine(Golden.Folder, "gdn.json")).Single(v => v.Name == "grad");
        Assert.Equal((1e-7, "the expected gradients are finite differences"), (verdict.Tolerance, verdict.ToleranceReason));
    }

    public void Dispose() => File.Delete(file);

    private CaseVerdict Single(string golden)
    {
        File.WriteAllText(file, $$"""{"schema": 1, "mixer": "common", "cases": [{{golden}}]}""");
        return Assert.Single(CaseVerifier.Verify(file));
    }
}
