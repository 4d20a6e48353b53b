using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>
/// Stages 2 and 3: Σ_τ w_τ KL(p_τ ‖ q_τ), where p_τ and q_τ are teacher and student after loop τ, both renormalised over the teacher's k most likely tokens of that
/// loop, mean over tokens; plus, where asked for, the cross-entropy of the last loop.
/// </summary>
internal sealed class DistillationObjective(LoopedModel student, TeacherTargets teacher, DistillationStage stage, string identity) : ITrainingObjective
{
    public ParameterStore Parameters => student.Parameters;

    public string Identity => identity;

    public ObjectiveValue Accumulate(TokenBatch batch, int step, bool log)
    {
        var loopCount = student.Definition.LoopCount;
        int[] compared = stage.DivergenceWeight > 0 ? [.. Enumerable.Range(1, loopCount).Where(loop => stage.LoopWeight(loop, loopCount, step) > 0)] : [];
        int[] loops = stage.CrossEntropyWeight > 0 && !compared.Contains(loopCount) ? [.. compared, loopCount] : compared;
        var targets = compared.Length > 0 ? teacher.At(batch.InputIds, step, compared) : [];
        Tensor? LossOf(int loop, Tensor hidden)
        {
            var at = Array.IndexOf(compared, loop);
            if (!loops.Contains(loop)) return null;
            var logits = student.Head(hidden.flatten(0, 1));
            if (logits.dtype is not ScalarType.Float64) logits = logits.to(ScalarType.Float32);
            Tensor? loss = at < 0 ? null : Divergence(targets[at], logits).mul(stage.DivergenceWeight * stage.LoopWeight(loop, loopCount, step));
            if (loop < loopCount || stage.CrossEntropyWeight == 0) return loss;
            var text = nn.functional.cross_entropy(logits, batch.Labels.flatten(), ignore_index: TokenBatch.NoLabel).mul(stage.CrossEntropyWeight);
            return loss is null ? text : loss.add(text);
        }

        if (stage.Recompute) return new ObjectiveValue(new RecomputedPass(student).Backward(batch.InputIds, LossOf), []);
        student.RecordResidualRms = log;
        try
        {
            var hidden = student.ForwardHidden(batch.InputIds, loops);
            var total = loops.Select((loop, i) => LossOf(loop, hidden[i])!).Aggregate((sum, term) => sum.add(term));
            total.backward();
            return new ObjectiveValue(total.detach(), log ? student.LastResidualRms : []);
        }
        finally
        {
            student.RecordResidualRms = false;
        }
    }

    Tensor Divergence((Tensor Logits, Tensor Ids) target, Tensor logits)
    {
        var expected = target.Logits.div(stage.Temperature).log_softmax(-1);
        var own = logits.gather(-1, target.Ids).div(stage.Temperature).log_softmax(-1);
        return expected.exp().mul(expected.sub(own)).sum(-1).mean();
    }
}
