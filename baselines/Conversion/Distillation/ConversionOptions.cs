namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>What a conversion reports and keeps.</summary>
public sealed record ConversionOptions
{
    /// <summary>The student's id, <c>name@scale</c>.</summary>
    public required string VariantId { get; init; }

    /// <summary>Seed of what the teacher has no values for.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Where finished stages and the state of the running one are kept and resumed from; null keeps nothing.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Where the teacher's answers are kept; null asks the teacher every time.</summary>
    public string? TeacherCacheFolder { get; init; }

    /// <summary>Names the batches and the teacher's weights, so that kept states and answers of others are refused.</summary>
    public string DataIdentity { get; init; } = "";

    /// <summary>The running state is kept every so many steps.</summary>
    public int CheckpointEverySteps { get; init; } = 200;

    /// <summary>A point is recorded every so many steps.</summary>
    public int LogEverySteps { get; init; } = 20;

    /// <summary>Called with the stage's name, its steps, and every point.</summary>
    public Action<string, int, Training.TrainingPoint>? Progress { get; init; }

    /// <summary>Ends the conversion between two steps; the same call goes on.</summary>
    public CancellationToken CancellationToken { get; init; }
}
