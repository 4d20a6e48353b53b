using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Looping;

public sealed class LoopOptionTests
{
    static torch.Tensor Last(LoopedModel model, torch.Tensor ids) => model.ForwardReadouts(ids, [model.Definition.LoopCount])[0];

    static LoopedModel Create(ModelDefinition definition) => LoopedModel.Create(definition, 2, ComputeDevice.Cpu, torch.ScalarType.Float64);

    [Fact]
    public void State_carry_reads_the_previous_loop_once_its_gate_opens()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Create(Variants.Small("lt2-gdn-carry"));
        using var plain = Create(Variants.Small("lt2-gdn"));
        var ids = Variants.Ids(1, 20);
        Assert.InRange(Variants.Distance(Last(model, ids), Last(plain, ids)), 0, 1e-12); // the gate starts at zero
        model.Parameters.View("layers.0.mixer.carry_gate").fill_(0.5);
        Assert.True(Variants.Distance(Last(model, ids), Last(plain, ids)) > 1e-3);
        Assert.Equal(0, Variants.Distance(model.ForwardReadouts(ids, [1])[0], plain.ForwardReadouts(ids, [1])[0])); // the first loop has nothing to read
    }

    [Fact]
    public void Handing_over_the_state_of_the_whole_sequence_would_leak_and_the_carry_does_not()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Create(Variants.Small("lt2-gdn-carry"));
        model.Parameters.View("layers.0.mixer.carry_gate").fill_(1);
        var ids = Variants.Ids(1, 70);
        for (var t = 1; t < 70; t += 23)
        {
            var changed = ids.clone();
            changed.narrow(1, t, 70 - t).add_(1).remainder_(19);
            Assert.Equal(0, Variants.Distance(Last(model, ids).narrow(1, 0, t), Last(model, changed).narrow(1, 0, t)), 1e-12);
        }
    }

    [Theory]
    [InlineData("sandwich")]
    [InlineData("norm every loop")]
    public void Ouros_norms_change_what_is_computed(string option)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var definition = Variants.Small("looped-full");
        using var plain = Create(definition);
        using var other = Create(option == "sandwich" ? definition with { NormPlacement = NormPlacement.Sandwich } : definition with { NormEveryLoop = true });
        Assert.True(Variants.Distance(Last(plain, Variants.Ids(1, 8)), Last(other, Variants.Ids(1, 8))) > 1e-3);
    }

    [Fact]
    public void With_the_norm_in_every_loop_the_residual_stream_stays_at_one()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Create(Variants.Small("ouro", loopCount: 4));
        var hidden = model.ForwardHidden(Variants.Ids(1, 8), [1, 4]);
        Assert.All(hidden, h => Assert.Equal(1, h.square().mean().sqrt().item<double>(), 1e-3));
    }

    [Fact]
    public void Exit_probabilities_add_up_to_one_and_follow_the_gate()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Create(Variants.Small("ouro"));
        var hidden = model.ForwardHidden(Variants.Ids(2, 8), [1, 2, 3]);
        var exit = model.ExitDistribution(hidden, 3);
        Assert.InRange(Variants.Distance(exit.sum([0]), torch.ones(2, 8)), 0, 1e-6);
        model.Parameters.View("exit_gate.bias").fill_(50); // certain to stop at once
        Assert.InRange(Variants.Distance(model.ExitDistribution(hidden, 3)[0], torch.ones(2, 8)), 0, 1e-6);
    }

    [Fact]
    public void Random_draws_differ_between_training_steps_and_repeat_at_test()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Create(Variants.Small("lt2-random-window"));
        var ids = Variants.Ids(1, 40);
        var steps = Enumerable.Range(0, 6).Select(step =>
        {
            model.DrawStep = step;
            return Last(model, ids);
        }).ToArray();
        Assert.Contains(steps.Skip(1), logits => Variants.Distance(steps[0], logits) > 1e-6);
        model.DrawStep = null;
        Assert.Equal(0, Variants.Distance(Last(model, ids), Last(model, ids)));
    }

    [Fact]
    public void Voting_averages_the_logits_of_the_test_draws()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Create(Variants.Small("lt2-random-window"));
        var ids = Variants.Ids(1, 40);
        var mean = Last(model, ids);
        var votes = Enumerable.Range(1, 5).Select(vote =>
        {
            model.DrawStep = -vote;
            return Last(model, ids);
        }).ToArray();
        Assert.InRange(Variants.Distance(mean, torch.stack(votes).mean([0])), 0, 1e-12);
    }

    [Fact]
    public void The_last_readout_of_a_deep_control_uses_every_layer_of_the_loop()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var looped = Create(Variants.Small("looped-full-no-gate"));
        using var deep = Create(Controls.Of(Variants.Small("looped-full-no-gate"), ControlKind.Deep));
        foreach (var name in deep.Parameters.Names)
            deep.Parameters.View(name).copy_(looped.Parameters.View(System.Text.RegularExpressions.Regex.Replace(name, @"^layers\.\d+", "layers.0")));
        Assert.InRange(Variants.Distance(Last(looped, Variants.Ids(1, 9)), Last(deep, Variants.Ids(1, 9))), 0, 1e-12);
    }
}
