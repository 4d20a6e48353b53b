using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>Measures how much the teacher's distribution moves when one layer's attention alone is replaced, in every loop.</summary>
internal sealed class LayerSensitivity(LoopedModel teacher, ReplacementMixers mixers) : IMixerTap
{
    int replaced = -1;

    /// <summary>Mean divergence KL(teacher ‖ teacher with the layer replaced) of the last loop's logits, natural logarithm a token.</summary>
    /// <returns>One entry for each layer that has a replacement.</returns>
    internal IReadOnlyDictionary<int, double> Measure(ITokenBatchSource source, int batches)
    {
        using var noGrad = no_grad();
        var sums = mixers.Layers.ToDictionary(layer => layer, _ => 0.0);
        for (var step = 0; step < batches; step++)
        {
            using var scope = NewDisposeScope();
            using var given = source.GetBatch(step);
            var ids = given.InputIds.to(teacher.Device.TorchDevice);
            var expected = LogProbabilities(ids);
            foreach (var layer in mixers.Layers)
            {
                using var inner = NewDisposeScope();
                (teacher.Tap, replaced) = (this, layer);
                try
                {
                    sums[layer] += expected.exp().mul(expected.sub(LogProbabilities(ids))).sum(-1).mean().ToDouble() / batches;
                }
                finally
                {
                    (teacher.Tap, replaced) = (null, -1);
                }
            }
        }
        return sums;
    }

    Tensor LogProbabilities(Tensor ids)
    {
        var logits = teacher.ForwardReadouts(ids, [teacher.Definition.LoopCount])[0];
        return (logits.dtype == ScalarType.Float64 ? logits : logits.to(ScalarType.Float32)).log_softmax(-1);
    }

    Tensor? IMixerTap.Replace(Tensor x, MixerCall call) => call.LayerIndex == replaced
        ? mixers.Find(call.LayerIndex)!.Forward(x, null, new MixerCall { Positions = call.Positions, LoopIndex = call.LoopIndex, LayerIndex = call.LayerIndex })
        : null;

    void IMixerTap.Observe(Tensor x, Tensor contribution, MixerCall call) { }
}
