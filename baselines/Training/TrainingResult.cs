namespace LT2.Eval.Models.Training;

/// <summary>What came of a training run.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, where it did not finish; else empty.</param>
/// <param name="StepsDone">Steps behind the parameters as they are now.</param>
/// <param name="Points">Every recorded point, those of a resumed run's earlier parts included.</param>
public sealed record TrainingResult(TrainingOutcome Outcome, string Reason, int StepsDone, IReadOnlyList<TrainingPoint> Points)
{
    /// <summary>How steps ran: <c>CUDA graph</c>, or <c>eager</c> with the reason.</summary>
    public string Execution { get; init; } = "eager";
}
