using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Tests.Conversion;
using LT2.Eval.Models.Training;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Training;

/// <summary>Ouro's two stages of gate training.</summary>
public sealed class ExitGateTrainingTests
{
    [Fact]
    public void The_second_stage_moves_the_gate_alone()
    {
        using var model = Teachers.Trained(20);
        var before = Values(model);
        var result = Trainer.Train(model, new Teachers.Words(16, 8), new TrainingRecipe
        {
            Steps = 15, BatchSize = 8, LearningRate = 0.05, WeightDecay = 0.5, Loss = new LossDefinition(LossKind.ExitImprovement),
        }, new TrainingOptions { LogEverySteps = 1 });
        Assert.Equal(TrainingOutcome.Finished, result.Outcome);
        Assert.True(result.Points[^1].Loss < result.Points[0].Loss, $"the gate's loss went from {result.Points[0].Loss} to {result.Points[^1].Loss}");
        var after = Values(model);
        Assert.Equal(["exit_gate.bias", "exit_gate.weight"], before.Keys.Where(name => !before[name].SequenceEqual(after[name])).Order(StringComparer.Ordinal));
    }

    /// <summary>The loss written out token by token for a gate of known bias.</summary>
    [Fact]
    public void The_second_stage_wishes_to_go_on_where_the_next_loop_is_better()
    {
        using var model = LoopedModel.Create(Teachers.Definition(loopCount: 3), 4, Models.Runtime.ComputeDevice.Cpu, torch.ScalarType.Float64);
        using var scope = torch.NewDisposeScope();
        using var batch = new Teachers.Words(5, 2).GetBatch(0);
        int[] loops = [1, 2, 3];
        var hidden = model.ForwardHidden(batch.InputIds, loops);
        var losses = hidden.Select(h => torch.nn.functional.cross_entropy(model.Head(h).flatten(0, 1), batch.Labels.flatten(), reduction: torch.nn.Reduction.None).detach().data<double>().ToArray()).ToArray();
        var stops = hidden.Select(h => model.ExitLogits(h).sigmoid().flatten().detach().data<double>().ToArray()).ToArray();
        var expected = Enumerable.Range(1, 2).SelectMany(t => Enumerable.Range(0, 10).Select(i =>
        {
            var wish = 1 / (1 + Math.Exp(-50 * (Math.Max(0, losses[t - 1][i] - losses[t][i]) - 0.005)));
            return -(wish * Math.Log(1 - stops[t][i]) + (1 - wish) * Math.Log(stops[t][i]));
        })).Average();
        Assert.Equal(expected, LossFunction.Compute(model, batch, new LossDefinition(LossKind.ExitImprovement), 0, 1).ToDouble(), 1e-9);
    }

    static Dictionary<string, float[]> Values(LoopedModel model)
    {
        using var scope = torch.NewDisposeScope();
        return model.Parameters.Names.ToDictionary(name => name, name => model.Parameters.View(name).data<float>().ToArray(), StringComparer.Ordinal);
    }
}
