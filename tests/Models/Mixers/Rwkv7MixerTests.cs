using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class Rwkv7MixerTests
{
    private const string FirstValue = "rwkv7.v_first";

    [Fact]
    public void The_first_layer_hands_its_values_on_and_has_no_value_residual()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var first = MixerUnderTest.Create("rwkv7", "", layerIndex: 0);
        Assert.DoesNotContain(first.Description.Parameters, p => p.Name.StartsWith("v_lora", StringComparison.Ordinal));
        var shared = new Dictionary<string, Tensor>();
        first.Mixer.Forward(MixerUnderTest.Input(1, 5), null, MixerUnderTest.Call(1, 0, shared));
        Assert.Equal([1, 5, MixerUnderTest.Width], shared[FirstValue].shape);
    }

    [Fact]
    public void Later_layers_mix_with_the_first_values_and_leave_them_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var later = MixerUnderTest.Create("rwkv7", "");
        var x = MixerUnderTest.Input(1, 5);
        var first = MixerUnderTest.Input(1, 5, seed: 3);
        var shared = new Dictionary<string, Tensor> { [FirstValue] = first };
        var mixed = later.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0, shared));
        Assert.Same(first, shared[FirstValue]);
        var alone = later.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0));
        Assert.True((mixed - alone).abs().max().item<double>() > 1e-6);
    }
}
