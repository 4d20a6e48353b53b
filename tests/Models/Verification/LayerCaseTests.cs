using System.Text.Json.Nodes;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Verification;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Verification;

public sealed class LayerCaseTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-layer-cases").FullName;

    public LayerCaseTests() => TorchRuntime.SetThreads(1);

    public static TheoryData<string, string, string> Cases => FlaLayerParameters.Cases;

    /// <summary>The outputs are zero, so the comparison fails; but everything before it (class, arguments, names, shapes, both forms) has to succeed.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void A_layer_with_its_parameters_runs_and_a_wrong_output_is_told_with_its_error(string layer, string arguments, string parameters)
    {
        Write(layer, arguments, parameters);
        var verdict = Assert.Single(CaseVerifier.Verify(folder));
        Assert.False(verdict.Passed);
        Assert.True(verdict.LargestAbsoluteError > 0, verdict.Message);
        Assert.Contains("y (parallel) is off by", verdict.Message, StringComparison.Ordinal);
        Assert.Contains("y (recurrent) is off by", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_unexpected_and_misshapen_weights_are_all_named()
    {
        Write("MultiScaleRetention", """{"hidden_size": 8, "num_heads": 2}""",
            "q_proj.weight 8 8, k_proj.weight 8 7, v_proj.weight 16 8, g_proj.weight 16 8, o_proj.weight 8 16, extra.weight 3");
        var verdict = Assert.Single(CaseVerifier.Verify(folder));
        Assert.Contains("weight 'g_norm_swish_gate.weight' is missing", verdict.Message, StringComparison.Ordinal);
        Assert.Contains("weight 'extra.weight' is not one of this layer", verdict.Message, StringComparison.Ordinal);
        Assert.Contains("weight 'k_proj.weight' has the shape [8,7]; this layer needs [8,8]", verdict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GatedDeltanet", "{}", "Did you mean 'GatedDeltaNet'?")]
    [InlineData("DeltaNet", """{"hidden_size": 8, "num_head": 2}""", "DeltaNet has no argument 'num_head'")]
    [InlineData("DeltaNet", """{"hidden_size": 8, "num_heads": "two"}""", "argument num_heads is \"two\"; it must be a whole number")]
    [InlineData("DeltaNet", """{"hidden_size": 8, "num_heads": 3}""", "can't be shared by 3 heads evenly")]
    [InlineData("Mamba2", """{"hidden_size": 8, "head_dim": 4, "num_heads": 3}""", "num_heads 3 times head_dim 4")]
    [InlineData("Mamba2", """{"hidden_size": 8, "head_dim": 4, "hidden_act": "relu"}""", "hidden_act 'relu'")]
    [InlineData("HGRN2Attention", """{"hidden_size": 8, "expand_ratio": null}""", "needs expand_ratio or num_heads")]
    public void What_can_not_be_built_is_a_failed_case_that_says_why(string layer, string arguments, string expected)
    {
        Write(layer, arguments, "q_proj.weight 8 8");
        var verdict = Assert.Single(CaseVerifier.Verify(folder));
        Assert.False(verdict.Passed);
        Assert.Contains(expected, verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_damaged_tensor_file_is_a_failed_case()
    {
        File.WriteAllText(Path.Combine(folder, "index.json"), """{"gone": {"cls": "DeltaNet", "hidden_size": 8}, "damaged": {"cls": "DeltaNet", "hidden_size": 8}}""");
        File.WriteAllText(Path.Combine(folder, "damaged.safetensors"), "no tensors here");
        var verdicts = CaseVerifier.Verify(folder);
        Assert.Equal(2, verdicts.Count);
        Assert.All(verdicts, verdict => Assert.False(verdict.Passed));
        Assert.Contains("gone.safetensors", verdicts[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1, 2]")]
    [InlineData("{\"a\": 3}")]
    [InlineData("{")]
    public void A_damaged_index_is_one_failed_verdict(string text)
    {
        File.WriteAllText(Path.Combine(folder, "index.json"), text);
        Assert.False(Assert.Single(CaseVerifier.Verify(folder)).Passed);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string layer, string arguments, string parameters)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        var tensors = parameters.Split(", ").Select(p => p.Split(' ')).Select(p =>
            (p[0] == "v_first" ? p[0] : "w." + p[0], 0.5f * randn([.. p[1..].Select(long.Parse)], generator: generator))).ToList();
        tensors.Add(("x", randn([2, 5, 8], generator: generator)));
        tensors.Add(("y", zeros(2, 5, 8)));
        Safetensors.Write(Path.Combine(folder, "case.safetensors"), [.. tensors]);
        var entry = JsonNode.Parse(arguments)!.AsObject();
        entry["cls"] = layer;
        entry["T"] = 5;
        File.WriteAllText(Path.Combine(folder, "index.json"), new JsonObject { ["case"] = entry }.ToJsonString());
    }
}
