namespace LT2.Eval.Models.Training;

/// <summary>What a training run reports and keeps.</summary>
public sealed record TrainingOptions
{
    /// <summary>A point is recorded every so many steps, and at the first and the last.</summary>
    public int LogEverySteps { get; init; } = 50;

    /// <summary>Called with every point.</summary>
    public IProgress<TrainingPoint>? Progress { get; init; }

    /// <summary>Where the training state is kept and resumed from; null keeps nothing.</summary>
    public string? StateFolder { get; init; }

    /// <summary>The state is kept every so many steps; 0 only when cancelled.</summary>
    public int CheckpointEverySteps { get; init; }

    /// <summary>Stops after this step instead of the recipe's last: the schedule stays that of the whole recipe. Null for all.</summary>
    public int? StopAfterStep { get; init; }

    /// <summary>Training counts as diverged when the loss is this many times the first loss at a logged step after warm-up.</summary>
    public double DivergenceFactor { get; init; } = 3;

    /// <summary>Runs every operation eagerly even where the step could be captured in a CUDA graph: for comparisons.</summary>
    public bool ForceEager { get; init; }

    /// <summary>Processes that train this model together; null to train alone. Only process 0 keeps states; the others begin from what it has.</summary>
    public Parallel.IProcessGroup? Group { get; init; }

    /// <summary>When a group sums gradients.</summary>
    public Parallel.ReduceSchedule ReduceSchedule { get; init; }

    /// <summary>Ends training between two steps.</summary>
    public CancellationToken CancellationToken { get; init; }
}
