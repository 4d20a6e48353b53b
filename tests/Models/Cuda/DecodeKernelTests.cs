using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>The kernels of a decode step against plain operations in float64.</summary>
public sealed class DecodeKernelTests
{
    const double BFloat16Tolerance = 6e-3;

    [Theory]
    [InlineData(1, 32, 16)]
    [InlineData(3, 96, 40)]
    [InlineData(8, 2048, 6144)]
    [InlineData(8, 2048, 2048)]
    [InlineData(8, 5632, 2048)]
    [InlineData(11, 2048, 9248)]
    [InlineData(16, 512, 1000)]
    public void Products_with_and_without_norm_and_residual_equal_the_plain_ones(int rows, int input, int outputs)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, weight, norm, residual) = (Draw(rows, 1, input), Draw(outputs, input).div(Math.Sqrt(input)), Draw(input).add(1), Draw(rows, 1, outputs));
        Assert.True(DecodeLinear.Serves(x, weight, norm));
        Near(Wide(x).matmul(Wide(weight).t()), DecodeLinear.Apply(x, weight), "product");
        Near(Wide(x).matmul(Wide(weight).t()).add(Wide(residual)), DecodeLinear.Apply(x, weight, residual: residual), "product and residual");
        var normed = RmsNorm.Apply(Wide(x), Wide(norm), 1e-6);
        Near(normed.matmul(Wide(weight).t()), DecodeLinear.Apply(x, weight, (norm, 1e-6)), "norm and product");
    }

    [Theory]
    [InlineData(1, 64, 88)]
    [InlineData(8, 2048, 5632)]
    [InlineData(13, 512, 1408)]
    public void Gated_units_equal_the_plain_ones(int rows, int input, int inner)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, weight, norm) = (Draw(rows, 1, input), Draw(2 * inner, input).div(Math.Sqrt(input)), Draw(input).add(1));
        var both = RmsNorm.Apply(Wide(x), Wide(norm), 1e-6).matmul(Wide(weight).t()).chunk(2, -1);
        Near(nn.functional.silu(both[0]).mul(both[1]), DecodeLinear.GatedUnit(x, weight, (norm, 1e-6)), "gated unit", 2 * BFloat16Tolerance);
    }

    [Fact]
    public void Products_are_the_same_bits_every_time()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (x, weight) = (Draw(8, 1, 2048), Draw(4096, 2048));
        var first = DecodeLinear.Apply(x, weight);
        for (var i = 0; i < 20; i++) Assert.True(first.eq(DecodeLinear.Apply(x, weight)).all().item<bool>());
    }

    public static TheoryData<string, string, string, int> Mixers => new()
    {
        { "full", "heads=2 headDimension=128", "bfloat16", 700 },
        { "full", "heads=2 headDimension=128", "float32", 700 },
        { "full", "heads=8 keyValueHeads=2 headDimension=64 rotary=halves queryKeyNorm=true outputGate=true", "bfloat16", 700 },
        { "full", "heads=8 keyValueHeads=1 headDimension=32 rotary=none", "float32", 3000 },
        { "full", "heads=3 headDimension=96 rotary=halves", "bfloat16", 300 },
        { "full", "heads=1 headDimension=256", "bfloat16", 300 },
        { "full", "heads=2 headDimension=64 shortConvolution=4", "bfloat16", 300 },
        { "window", "heads=4 headDimension=64 window=100", "bfloat16", 700 },
        { "window", "heads=4 headDimension=64 window=100", "float32", 64 },
        { "dsa", "heads=16 keyValueHeads=1 headDimension=32 indexerHeads=16", "bfloat16", 700 },
        { "gdn", "heads=2 headDimension=96", "bfloat16", 64 },
        { "gdn", "heads=2 headDimension=96", "float32", 64 },
        { "gdn", "heads=2 valueHeads=4 headDimension=64 valueExpansion=1 allowNegativeEigenvalues=true convolutionBias=true", "float32", 64 },
        { "gdn", "heads=2 headDimension=64 outputGate=false shortConvolution=0", "float32", 64 },
        { "deltanet", "heads=2", "float32", 64 },
        { "deltanet", "heads=2 allowNegativeEigenvalues=true outputGate=true", "bfloat16", 64 },
        { "deltanet", "heads=2 queryKeyActivation=elu queryKeyNorm=sum", "float32", 64 },
        { "kda", "heads=2 headDimension=64", "float32", 64 },
        { "kda", "heads=2 headDimension=64 valueHeads=4 decayLowerBound=-5", "bfloat16", 64 },
        { "gated-deltaproduct", "heads=2 headDimension=32", "float32", 64 },
        { "linear", "heads=2", "float32", 64 },
        { "linear", "heads=2 featureMap=elu normaliser=true", "float32", 64 },
        { "retnet", "heads=2", "float32", 64 },
        { "retnet", "heads=2", "bfloat16", 64 },
        { "gla", "heads=2", "float32", 64 },
        { "hgrn2", "heads=2", "float32", 64 },
        { "mamba2", "stateSize=64 headDimension=64 groups=2", "float32", 64 },
        { "rwkv7", "headDimension=32", "float32", 64 },
    };

    [Theory, MemberData(nameof(Mixers))]
    public void Steps_of_a_mixer_between_norm_and_residual_equal_the_plain_ones(string name, string options, string type, int length)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var plain = StepMixer.Create(name, options, CPU, ScalarType.Float64, Gpu.Type(type));
        using var fused = StepMixer.Create(name, options, device.TorchDevice, Gpu.Type(type), Gpu.Type(type));
        int[] offsets = [length - 40, 17, 0];
        using var expected = plain.State(offsets.Length, length);
        using var state = fused.StateLike(expected, length);
        var bfloat16 = type == "bfloat16";
        for (var t = 0; t < 3; t++)
        {
            using var generator = new Generator((ulong)(50 + t), CPU);
            var h = randn([offsets.Length, 1, StepMixer.Width], generator: generator).to(Gpu.Type(type));
            var at = offsets.Select(offset => offset + t).ToArray();
            var staged = tensor(at.Select(offset => (long)offset).ToArray(), device: device.TorchDevice);
            var given = fused.Step(h.to(device.TorchDevice), state, new SequencePositions(at) { Staged = staged });
            var reference = plain.Step(h.to(ScalarType.Float64), expected, new SequencePositions(at));
            // What the mixer adds, not the residual stream that would hide it.
            var (added, exact) = (given.cpu().to(ScalarType.Float64).sub(h.to(ScalarType.Float64)), reference.sub(h.to(ScalarType.Float64)));
            Near(exact, added, $"token {t}", bfloat16 ? 3e-2 : 2e-4);
        }
        foreach (var part in expected.Names) Near(expected[part], state[part], $"state '{part}'", bfloat16 ? 2e-2 : 2e-4);
    }

    static Tensor Draw(params long[] shape)
    {
        var device = Gpu.RequireKernels();
        using var generator = new Generator((ulong)(shape.Sum() + 1), CPU);
        return randn(shape, generator: generator).to(ScalarType.BFloat16).to(device.TorchDevice);
    }

    static Tensor Wide(Tensor x) => x.to(ScalarType.Float64).cpu();

    static void Near(Tensor expected, Tensor given, string what, double tolerance = BFloat16Tolerance)
    {
        Assert.Equal(expected.shape, given.shape);
        var error = Gpu.RelativeError(given, expected);
        Assert.True(error <= tolerance, FormattableString.Invariant($"{what} is off by {error:G3}, more than {tolerance:G3}"));
    }
}
