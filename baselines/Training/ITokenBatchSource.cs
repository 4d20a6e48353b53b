namespace LT2.Eval.Models.Training;

/// <summary>Where training batches come from: a pure function of the step, so that a resumed run sees what an uninterrupted one would.</summary>
public interface ITokenBatchSource
{
    /// <summary>The batch of a step, from 0, on the host or on the model's device. Called on a thread of its own; the trainer disposes of the batch.</summary>
    TokenBatch GetBatch(int step);
}
