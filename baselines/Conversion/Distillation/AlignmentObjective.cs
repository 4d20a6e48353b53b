using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>
/// Stage 1: in every loop of the teacher's own forward pass each new mixer reads what its layer's attention reads, and learns what that attention adds to the residual
/// stream. The loss is the mean over loops and layers of ‖new − attention‖² / ‖attention‖², so that layers of unequal scale count the same. Each term is differentiated
/// as soon as it stands, so memory holds one mixer's activations at a time.
/// </summary>
internal sealed class AlignmentObjective(LoopedModel teacher, ReplacementMixers mixers, string identity) : ITrainingObjective, IMixerTap
{
    readonly List<Tensor> terms = [];

    public ParameterStore Parameters => mixers.Parameters;

    public string Identity => identity;

    public ObjectiveValue Accumulate(TokenBatch batch, int step, bool log)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        teacher.Tap = this;
        try
        {
            teacher.ForwardHidden(batch.InputIds, [teacher.Definition.LoopCount]);
            return new ObjectiveValue(stack(terms).mean().MoveToOuterDisposeScope(), []);
        }
        finally
        {
            teacher.Tap = null;
            terms.ForEach(term => term.Dispose());
            terms.Clear();
        }
    }

    Tensor? IMixerTap.Replace(Tensor x, MixerCall call) => null;

    void IMixerTap.Observe(Tensor x, Tensor contribution, MixerCall call)
    {
        if (mixers.Find(call.LayerIndex) is not { } mixer) return;
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var own = Contribution(teacher, mixer, x.detach(), call).to(ScalarType.Float32);
        var target = contribution.detach().to(ScalarType.Float32);
        var relative = own.sub(target).square().mean().div(target.square().mean().add(1e-12));
        relative.div((double)mixers.Layers.Count() * teacher.Definition.LoopCount).backward();
        Kernels.BackwardTensors.Release();
        terms.Add(relative.detach().DetachFromDisposeScope());
    }

    /// <summary>What a mixer would add to the residual stream of the teacher's layer.</summary>
    internal static Tensor Contribution(LoopedModel teacher, TokenMixer mixer, Tensor x, MixerCall call)
    {
        var mixed = mixer.Forward(x, null, new MixerCall { Positions = call.Positions, LoopIndex = call.LoopIndex, LayerIndex = call.LayerIndex });
        return teacher.Definition.NormPlacement == Definitions.NormPlacement.Sandwich
            ? RmsNorm.Apply(mixed, teacher.Parameters.View($"layers.{call.LayerIndex}.mixer_norm_2.weight"), teacher.Definition.NormEpsilon)
            : mixed;
    }
}
