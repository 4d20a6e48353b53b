using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class GatedDeltaRuleTests
{
    [Theory]
    [InlineData("plain", 4)]
    [InlineData("plain", 64)]
    [InlineData("init", 1)]
    [InlineData("init", 5)]
    [InlineData("grouped_values", 3)]
    [InlineData("grouped_values", 0)]
    [InlineData("init", 0)]
    public void Golden_outputs_and_final_states_are_reproduced_in_float64(string name, long chunkLength)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var c = Golden.Case("gdn", name);
        Tensor In(string input) => c.Inputs[input].ToTensor(CPU, ScalarType.Float64);
        var initial = c.Inputs.ContainsKey("initial_state") ? In("initial_state") : null;
        var scale = c.Attributes.Number("scale");
        var result = chunkLength == 0
            ? GatedDeltaRule.Recurrent(In("q"), In("k"), In("v"), In("beta"), In("g"), scale, initial)
            : GatedDeltaRule.Chunkwise(In("q"), In("k"), In("v"), In("beta"), In("g"), scale, initial, chunkLength);
        AssertClose(c.Outputs["o"].ToTensor(CPU, ScalarType.Float64), result.Output);
        AssertClose(c.Outputs["final_state"].ToTensor(CPU, ScalarType.Float64), result.FinalState);
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        var error = ((expected - actual).abs().max() / expected.abs().max()).item<double>();
        Assert.InRange(error, 0, 1e-9);
    }
}
