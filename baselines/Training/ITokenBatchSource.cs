namespace LT2.Eval.Models.Training;

/// <summary>Where training batches come from: a pure function of the step, so that a resumed run sees what an uninterrupted one would.</summary>
public interface ITokenBatchSource
{
    /// <summary>The batch of a step, from 0, on CPU or on the model's device. The trainer disposes of it.</summary>
    TokenBatch GetBatch(int step);
}
