namespace LT2.Eval.Models.Training;

/// <summary>How training ended.</summary>
public enum TrainingOutcome
{
    /// <summary>All steps were done.</summary>
    Finished,

    /// <summary>The loss or the gradient was not finite, or the loss stayed far above where it had been.</summary>
    Diverged,

    /// <summary>Cancelled; the training state was kept if a folder was given.</summary>
    Interrupted,

    /// <summary>The device ran out of memory.</summary>
    OutOfMemory,
}
