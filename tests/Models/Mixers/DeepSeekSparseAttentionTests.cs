using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class DeepSeekSparseAttentionTests
{
    private const string Small = "topK=4 indexerHeads=2 indexerDimension=4 ";

    [Theory]
    [InlineData("indexerLoss=sparse")]
    [InlineData("indexerLoss=sparse teacher=restricted")]
    [InlineData("indexerLoss=dense")]
    public void The_indexer_loss_trains_every_weight_of_the_indexer_and_nothing_else(string options)
    {
        using var scope = NewDisposeScope();
        using var mixer = MixerUnderTest.Create("dsa", Small + options);
        mixer.Store.AttachGradients();
        var loss = Assert.Single(Losses(mixer));
        Assert.True(loss.item<double>() > 0);
        loss.backward();
        foreach (var (name, gradient) in Gradients(mixer))
        {
            Assert.True(name.StartsWith("indexer.", StringComparison.Ordinal) == gradient > 0, $"{name} has a largest gradient of {gradient}");
        }
    }

    [Theory]
    [InlineData("dsa", Small)]
    [InlineData("dsa-untrained", "topK=4 indexerDimension=4")]
    public void The_output_trains_everything_but_the_indexer(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var mixer = MixerUnderTest.Create(name, options);
        mixer.Store.AttachGradients();
        mixer.Mixer.Forward(MixerUnderTest.Input(1, 12), null, MixerUnderTest.Call(1, 0)).square().sum().backward();
        foreach (var (parameter, gradient) in Gradients(mixer))
        {
            Assert.True(parameter.StartsWith("indexer.", StringComparison.Ordinal) == (gradient == 0), $"{parameter} has a largest gradient of {gradient}");
        }
    }

    [Theory]
    [InlineData("indexerLoss=sparse")]
    [InlineData("indexerLoss=dense")]
    public void Gradients_of_the_indexer_loss_equal_central_differences(string options)
    {
        using var scope = NewDisposeScope();
        using var mixer = MixerUnderTest.Create("dsa", Small + options);
        mixer.Store.AttachGradients();
        Losses(mixer)[0].backward();
        foreach (var parameter in mixer.Description.Parameters.Where(p => p.Name.StartsWith("indexer.", StringComparison.Ordinal)))
        {
            using var view = mixer.Store.View(parameter.Name);
            MixerGradientTests.AssertDirection(parameter.Name, MixerGradientTests.GradientOf(mixer, parameter), view, () => Losses(mixer)[0]);
        }
    }

    [Fact]
    public void Without_a_loss_or_without_a_collector_nothing_is_added()
    {
        using var scope = NewDisposeScope();
        using var silent = MixerUnderTest.Create("dsa", Small + "indexerLoss=none");
        Assert.Empty(Losses(silent));
        using var mixer = MixerUnderTest.Create("dsa", Small);
        Assert.NotNull(mixer.Mixer.Forward(MixerUnderTest.Input(1, 5), null, MixerUnderTest.Call(1, 0)));
    }

    [Fact]
    public void The_warm_up_attends_to_everything_and_so_does_a_top_k_as_long_as_the_sequence()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var warmUp = MixerUnderTest.Create("dsa", Small + "indexerLoss=dense");
        using var all = MixerUnderTest.Create("dsa", "topK=12 indexerHeads=2 indexerDimension=4");
        using var sparse = MixerUnderTest.Create("dsa", Small);
        var x = MixerUnderTest.Input(1, 12);
        var dense = warmUp.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0));
        Assert.InRange((dense - all.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0))).abs().max().item<double>(), 0, 1e-12);
        Assert.True((dense - sparse.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0))).abs().max().item<double>() > 1e-3);
    }

    [Fact]
    public void The_two_teachers_of_the_sparse_stage_differ()
    {
        using var scope = NewDisposeScope();
        using var attention = MixerUnderTest.Create("dsa", Small);
        using var restricted = MixerUnderTest.Create("dsa", Small + "teacher=restricted");
        Assert.NotEqual(Losses(attention)[0].item<double>(), Losses(restricted)[0].item<double>(), 1e-9);
    }

    private static List<Tensor> Losses(MixerUnderTest mixer)
    {
        var losses = new List<Tensor>();
        var call = new MixerCall { Positions = SequencePositions.All(1, 0), AuxiliaryLosses = losses };
        mixer.Mixer.Forward(MixerUnderTest.Input(1, 12), null, call);
        return losses;
    }

    private static IEnumerable<(string Name, double Largest)> Gradients(MixerUnderTest mixer)
        => mixer.Description.Parameters.Select(p => (p.Name, MixerGradientTests.GradientOf(mixer, p).abs().max().item<double>()));
}
