using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Training;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>The last stage: Ouro's second stage of gate training. Only the gate receives gradients, and the stage's recipe decays nothing, so the backbone stays as it is.</summary>
internal sealed class ExitGateObjective(LoopedModel student, string identity) : ITrainingObjective
{
    static readonly LossDefinition Loss = new(LossKind.ExitImprovement);

    public ParameterStore Parameters => student.Parameters;

    public string Identity => identity;

    public ObjectiveValue Accumulate(TokenBatch batch, int step, bool log)
    {
        var loss = LossFunction.Compute(student, batch, Loss, step, 0);
        loss.backward();
        return new ObjectiveValue(loss.detach(), []);
    }
}
