namespace LT2.Eval.Results.Records;

/// <summary>What a cell does.</summary>
public enum CellKind
{
    /// <summary>Trains a variant.</summary>
    Train,

    /// <summary>Trains through the stages of a curriculum.</summary>
    Curriculum,

    /// <summary>Converts a pretrained looped transformer.</summary>
    Convert,

    /// <summary>Scores a checkpoint on a case.</summary>
    Score,

    /// <summary>Measures latency or memory.</summary>
    Time,
}

/// <summary>How a cell ended.</summary>
public enum CellOutcome
{
    /// <summary>All records are there.</summary>
    Finished,

    /// <summary>The loss left the finite numbers or its bound.</summary>
    Diverged,

    /// <summary>Memory ran out.</summary>
    OutOfMemory,

    /// <summary>This device, dtype or kernel cannot do it.</summary>
    Unsupported,

    /// <summary>An error.</summary>
    Failed,

    /// <summary>A parent cell did not finish.</summary>
    Skipped,
}

/// <summary>A unit of scheduling, resuming and recording, when it has ended.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="CellId">Hash of everything that defines it except the build.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Title">One line for people: variant, case, loop counts.</param>
/// <param name="DefinitionJson">The hashed definition, canonical JSON.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, for everything but finished; null otherwise.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="Seed">Initialisation and training-order seed; null for cells without one.</param>
/// <param name="TrainedLoopCount">T; null where it does not apply.</param>
/// <param name="StartedUtc">Start.</param>
/// <param name="DurationSeconds">Wall time.</param>
/// <param name="CheckpointPath">Folder of the checkpoint a train cell made, relative to the store; null for others.</param>
/// <param name="CheckpointHash">SHA-256 of the weights it made or, for score and time cells, used; null when there are none. Comparisons tell same weights from new weights by it.</param>
/// <param name="ReusedFromRunId">Run whose finished cell was reused; null if it was carried out.</param>
/// <param name="DeviceUse">What it took of its device; null where that was not recorded, as for reused cells.</param>
public sealed record CellRecord(
    string RunId,
    string CellId,
    CellKind Kind,
    string Title,
    string DefinitionJson,
    CellOutcome Outcome,
    string? Reason,
    string VariantId,
    long? Seed,
    int? TrainedLoopCount,
    DateTimeOffset StartedUtc,
    double DurationSeconds,
    string? CheckpointPath = null,
    string? CheckpointHash = null,
    string? ReusedFromRunId = null,
    DeviceUse? DeviceUse = null)
{
    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedUtc => StartedUtc + TimeSpan.FromSeconds(DurationSeconds);
}
