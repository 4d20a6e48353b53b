using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution;

/// <summary>Scores a checkpoint, of a train or convert cell or given, on a case at every tested loop count.</summary>
public sealed class ScoreCellRunner : ICellRunner
{
    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var score = (ScoreCell)cell;
        var started = context.Clock.GetUtcNow();
        var (train, events) = CandidateChoice.Choose(score.Id, score.Candidates, context);
        var folder = train.FolderIn(context.CheckpointRoot);
        var metadata = CheckpointFolder.ReadMetadata(folder);
        using var model = CheckpointFolder.Load(folder, context.Device, Dtypes.Use(train.Dtype, context.Device));
        var progress = (double fraction, string detail) => context.Progress.CellProgress(cell, fraction, detail);
        var responses = new List<ResponseRecord>();
        var scored = score.TestCase switch
        {
            IGeneratedCase generated => new GeneratedScorer(model, context.Device, score.TestedLoopCounts, score.BatchSize)
                .Score(generated, SampleSplit.Test, score.TestSetSeed, score.Samples, progress, cancellation),
            ITextCase text => Scores(
                new TextScorer(
                        model, context.Device, score.TestedLoopCounts, CheckpointTokenizer.Open(folder, metadata, context.Data), train.ScoredLength ?? metadata.MaximumLength, score.BatchSize)
                    .Score(text, context.Data, score.TestSetSeed, score.Samples, progress, cancellation),
                score.Id,
                responses),
            var other => throw new PlanException($"The case {CaseText.Name(other)} can be neither generated nor asked as text."),
        };
        var metrics = new List<MetricRecord>();
        var samples = new List<SampleRecord>();
        foreach (var (loopCount, scores) in scored)
        {
            var rows = ScoreRecords.Samples(score.Id, loopCount, scores);
            metrics.AddRange(ScoreRecords.Metrics(score, train, context.RunId, loopCount, rows));
            samples.AddRange(rows);
        }

        return new CellResult(CellResults.Record(cell, context, CellOutcome.Finished, null, started) with { CheckpointHash = metadata.Hashes["weights"] }, metrics, samples, [], [], events) { Responses = responses };
    }

    private static IReadOnlyList<(int LoopCount, IReadOnlyList<SampleScore> Scores)> Scores(IReadOnlyList<TextReadout> readouts, string cellId, List<ResponseRecord> responses)
    {
        foreach (var readout in readouts)
        {
            responses.AddRange(ScoreRecords.Responses(cellId, readout));
        }

        return [.. readouts.Select(readout => (readout.LoopCount, readout.Scores))];
    }
}
