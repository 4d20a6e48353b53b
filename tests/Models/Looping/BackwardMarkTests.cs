using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Looping;

/// <summary>When the backward pass leaves a layer in the first loop, the gradient of everything in the layer is whole.</summary>
public sealed class BackwardMarkTests
{
    public static TheoryData<string> Names => [.. Variants.Catalogue.BaseVariantNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_has_its_gradient_when_it_is_left_and_layers_are_left_from_the_last_to_the_first(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var model = LoopedModel.Create(Variants.Small(name, 3), 1, ComputeDevice.Cpu);
        model.Parameters.AttachGradients();
        using var batch = Batch();
        var left = new List<(int Layer, float[] Gradient)>();
        model.BackwardLeftLayer = layer => left.Add((layer, model.Parameters.Gradient.data<float>().ToArray()));
        model.DrawStep = 0;
        var auxiliary = new List<torch.Tensor>();
        model.AuxiliaryLosses = auxiliary;
        var logits = model.Head(model.ForwardHidden(batch.InputIds, [3])[0]).flatten(0, 1);
        var loss = torch.nn.functional.cross_entropy(logits, batch.Labels.flatten(), ignore_index: TokenBatch.NoLabel);
        auxiliary.Aggregate(loss, (sum, extra) => sum.add(extra)).backward();
        var whole = model.Parameters.Gradient.data<float>().ToArray();
        Assert.Equal(Enumerable.Range(0, model.Definition.LayerCount).Reverse(), left.Select(item => item.Layer));
        var incomplete = left.SelectMany(item => model.Parameters.Names.Where(parameter => parameter.StartsWith($"layers.{item.Layer}.", StringComparison.Ordinal))
            .Where(parameter => model.Parameters.Ranges(other => other == parameter).Any(range =>
                !item.Gradient.AsSpan((int)range.Offset, (int)range.Count).SequenceEqual(whole.AsSpan((int)range.Offset, (int)range.Count))))).ToList();
        Assert.Empty(incomplete);
    }

    static TokenBatch Batch()
    {
        using var generator = new torch.Generator(7, torch.CPU);
        var ids = torch.randint(18, [4, 9], dtype: torch.ScalarType.Int64, generator: generator);
        return new TokenBatch(ids, ids.roll(1, 1));
    }
}
