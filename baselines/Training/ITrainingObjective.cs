using LT2.Eval.Models.Looping;

namespace LT2.Eval.Models.Training;

/// <summary>What a step of training minimises, and over which parameters.</summary>
public interface ITrainingObjective
{
    /// <summary>What is trained.</summary>
    ParameterStore Parameters { get; }

    /// <summary>A text that changes with everything that decides the outcome beside recipe and seed: a kept training state of another text is refused.</summary>
    string Identity { get; }

    /// <summary>Computes the loss of a batch and adds its gradient to <see cref="ParameterStore.Gradient"/>. Intermediate tensors belong to the caller's dispose scope.</summary>
    /// <param name="batch">On the parameters' device.</param>
    /// <param name="step">From 0.</param>
    /// <param name="log">Whether the residual stream is to be reported.</param>
    ObjectiveValue Accumulate(TokenBatch batch, int step, bool log);
}
