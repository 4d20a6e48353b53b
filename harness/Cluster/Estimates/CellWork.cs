using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Cluster.Estimates;

/// <summary>How much work a cell is, from its definition alone: floating-point operations (a multiply-add is 2), or seconds where the plan sets them.</summary>
internal static class CellWork
{
    /// <summary>Bytes assumed of a document whose length is not known before it is read.</summary>
    private const int AssumedDocumentTokens = 1024;

    /// <summary>Operations of an n-gram cell, so that it ranks among the others: a minute's text is counted in seconds.</summary>
    private const double NGramOperations = 5e9;

    /// <summary>Seconds a fresh process takes to begin: runtime, libtorch, first kernels.</summary>
    private const double ProcessStartSeconds = 4;

    /// <summary>Warm-up iterations beside the timed blocks, on average.</summary>
    private const int WarmUpBlocks = 2;

    private const double CanarySeconds = 8;

    /// <summary>A block of an eager decode step: some tens of launches.</summary>
    private const double EagerBlockSeconds = 5e-4;

    /// <summary>Operations of train, curriculum, convert and score cells; 0 for time cells.</summary>
    public static double Operations(CellDefinition cell) => cell switch
    {
        TrainCell train => Training(train.Model, train.Recipe.Steps, train.Recipe.BatchSize, Length(train)),
        CurriculumCell curriculum => curriculum.Curriculum.Stages.Sum(stage =>
            Training(curriculum.Model, curriculum.Recipe.Steps, curriculum.Recipe.BatchSize, stage.Case.MaximumLength)),
        ConvertCell convert => ForwardAndBackward(convert.Recipe.TotalTokens, convert.Model, convert.Recipe.LongestSequence), // the teacher's forward pass is left out
        ScoreCell score => score.Samples * Tokens(score.TestCase) * ModelShape.FlopsPerToken(score.Model.WithLoopCount(score.TestedLoopCounts.Max()), (int)Tokens(score.TestCase)),
        NGramCell => NGramOperations,
        _ => 0,
    };

    /// <summary>Seconds of time cells, whose blocks last as long as the plan says; null for others.</summary>
    public static double? Seconds(CellDefinition cell) => cell switch
    {
        CanaryCell => CanarySeconds,
        ExitCell exit => exit.Thresholds.Count * exit.Length / 2.0 * exit.Model.LoopCount * exit.Model.LayerCount * EagerBlockSeconds,
        TimeCell time => time.Timing.ProcessCount * (ProcessStartSeconds
            + (time.Timing.Phases.Count * time.Timing.Lengths.Count * (time.Timing.BlockCount + WarmUpBlocks) * time.Timing.MinimumBlockMilliseconds / 1000)),
        _ => null,
    };

    private static int Length(TrainCell train) => train.SequenceLength ?? (int)Tokens(train.TrainingCase);

    private static double Tokens(ICase item) => item is IGeneratedCase generated ? generated.MaximumLength : AssumedDocumentTokens;

    // Forward and backward are three times the forward operations.
    private static double Training(ModelDefinition model, int steps, int batch, int length)
        => ForwardAndBackward((double)steps * batch * length, model, length);

    private static double ForwardAndBackward(double tokens, ModelDefinition model, int length) => 3 * tokens * ModelShape.FlopsPerToken(model, length);
}
