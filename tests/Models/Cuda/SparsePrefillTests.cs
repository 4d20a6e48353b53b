using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>
/// Sparse mixers over many tokens by kernels. What each kernel computes is checked by <c>lt2 verify --kernels</c> too; here are its edges, and whole mixers.
/// </summary>
public sealed class SparsePrefillTests
{
    const int Length = 331;

    public static TheoryData<string, string> Mixers { get; } = new()
    {
        { "window", "window=40 heads=4 keyValueHeads=1 headDimension=64" },
        { "window", "window=300 heads=2 headDimension=128" },
        { "nsa", "heads=8 keyValueHeads=2 headDimension=64 blockSize=8 blockCount=5 window=24" },
        { "nsa", "heads=16 headDimension=32 blockSize=16 blockCount=4 window=70" },
        { "dsa", "heads=4 headDimension=64 topK=48 indexerHeads=4 indexerDimension=64" },
        { "dsa", "heads=16 keyValueHeads=1 headDimension=32 topK=32 indexerHeads=16 indexerDimension=32 rotary=none" },
        { "dsa", "heads=4 headDimension=64 topK=400 indexerDimension=128 rotary=halves" },
    };

    [Theory, MemberData(nameof(Mixers))]
    public void A_mixer_by_kernels_equals_the_plain_one(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = Mixer(name, options, out var x);
        var given = mixer.Forward(x);
        FusedOperations.Choice = KernelChoice.Plain;
        try
        {
            // Roundings differ, and with them now and then the last of the chosen.
            Assert.InRange(Gpu.RelativeError(given, mixer.Forward(x)), 0, name == "window" ? 1e-2 : 4e-2);
        }
        finally
        {
            FusedOperations.Choice = KernelChoice.Automatic;
        }
    }

    [Theory, MemberData(nameof(Mixers))]
    public void A_sequence_in_pieces_equals_the_whole(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = Mixer(name, options, out var x);
        using var whole = mixer.State(2, Length);
        using var pieces = mixer.State(2, Length);
        var expected = mixer.Forward(x, whole);
        var given = cat([mixer.Forward(x.narrow(1, 0, 70), pieces), mixer.Forward(x.narrow(1, 70, 150), pieces, 70), mixer.Forward(x.narrow(1, 220, Length - 220), pieces, 220)], 1);
        Assert.InRange(Gpu.RelativeError(given, expected), 0, 2e-2);
        foreach (var tensor in whole.Names.Where(tensor => !tensor.StartsWith("block", StringComparison.Ordinal)))
            Assert.InRange(Gpu.RelativeError(pieces[tensor], whole[tensor]), 0, 2e-2);
    }

    [Theory, MemberData(nameof(Mixers))]
    public void What_comes_later_changes_nothing(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = Mixer(name, options, out var x);
        var before = mixer.Forward(x).narrow(1, 0, 200).cpu();
        x.narrow(1, 200, Length - 200).mul_(-3);
        Assert.True(mixer.Forward(x).narrow(1, 0, 200).cpu().equal(before).all().item<bool>());
    }

    [Theory]
    [InlineData(16, 64, 0, 300, 100)]
    [InlineData(4, 64, 500, 77, 256)]
    [InlineData(4, 64, 8000, 40, 2048)]     // more keys than a row's candidates: a sample says which to look at
    [InlineData(2, 32, 9000, 20, 8000)]
    [InlineData(2, 32, 7000, 20, 6500)]
    [InlineData(3, 128, 10, 130, 1)]
    [InlineData(16, 96, 100, 65, 400)]
    public void Chosen_keys_are_those_of_the_readable_version_ties_included(int heads, int width, int before, int queries, int best)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Tensor Whole(params long[] shape) => randn(shape, generator: generator).mul(0.6).round();
        var (asked, keys, weights) = (Whole(queries, heads, width), Whole(before + queries, width), Whole(queries, heads));
        var bits = FusedPrefillIndexer.Choose(
            new(nn.functional.pad(asked, [0, 0, 0, 16 - heads]).to(ScalarType.BFloat16).to(device), nn.functional.pad(weights, [0, 16 - heads]).to(device)),
            keys.to(ScalarType.BFloat16).to(device), new(heads, width, 0), before, 0, queries, best).cpu();
        var scores = LightningIndexer.Scores(asked.unsqueeze(0), keys.unsqueeze(0), weights.unsqueeze(0), 1);
        var expected = LightningIndexer.Select(scores, AttentionMask.Causal(RotaryEmbedding.Positions(before, queries, CPU), before + queries), best);
        var given = bits.unsqueeze(-1).bitwise_right_shift(arange(32, ScalarType.Int32)).bitwise_and(1).flatten(1).to(ScalarType.Bool);
        Assert.True(given.narrow(1, 0, before + queries).equal(expected[0]).all().item<bool>());
        Assert.False(given.narrow(1, before + queries, given.shape[1] - before - queries).any().item<bool>());
    }

    [Fact]
    public void Gradients_take_the_readable_version()
    {
        using var scope = NewDisposeScope();
        using var mixer = Mixer("dsa", "heads=4 headDimension=64 topK=48 indexerHeads=4 indexerDimension=64", out var x);
        x = x.detach().requires_grad_(true);
        mixer.Forward(x).sum().backward();
        Assert.True(x.grad!.isfinite().all().item<bool>());
        Assert.True(x.grad!.to(ScalarType.Float32).abs().sum().item<float>() > 0);
    }

    static StepMixer Mixer(string name, string options, out Tensor x)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        using var generator = new Generator(3, CPU);
        x = randn([2, Length, StepMixer.Width], generator: generator).to(ScalarType.BFloat16).to(device);
        return StepMixer.Create(name, options, device, ScalarType.BFloat16, ScalarType.BFloat16);
    }
}
