using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Looping;
using LT2.Eval.Results.Records;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Execution;

/// <summary>
/// Changes one token of a random row at a time and looks at the logits of the last position: the largest distance from which they still change is the reach. Done in
/// float64, where what is left of a far token is told from rounding. A window w in N layers bounds it by T′·N·(w − 1), besides what short convolutions add.
/// </summary>
public sealed class ReachCellRunner : ICellRunner
{
    /// <summary>A change below this share of the largest logit counts as none.</summary>
    private const double LeastShare = 1e-10;

    private const int RowsAPass = 64;

    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var reach = (ReachCell)cell;
        var started = context.Clock.GetUtcNow();
        var (train, events) = CandidateChoice.Choose(cell.Id, reach.Candidates, context);
        var folder = train.FolderIn(context.CheckpointRoot);
        var hash = CheckpointFolder.ReadMetadata(folder).Hashes["weights"];
        using var model = CheckpointFolder.Load(folder, context.Device, ScalarType.Float64, Math.Max(reach.Length, reach.Model.MaximumLength));
        var metrics = Measure(model, reach, context, cancellation).Zip(reach.TestedLoopCounts, (tokens, loops) => Record(reach, context.RunId, loops, tokens)).ToList();
        return new CellResult(CellResults.Record(cell, context, CellOutcome.Finished, null, started) with { CheckpointHash = hash }, metrics, [], [], [], events);
    }

    private static int[] Measure(LoopedModel model, ReachCell cell, CellContext context, CancellationToken cancellation)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var random = new Random(unchecked((int)cell.TestSetSeed));
        var vocabulary = model.Definition.VocabularySize;
        long[] row = [.. Enumerable.Range(0, cell.Length).Select(_ => (long)random.Next(vocabulary))];
        long[] others = [.. row.Select(id => (id + 1 + random.Next(vocabulary - 1)) % vocabulary)];
        var reach = new int[cell.TestedLoopCounts.Count];
        for (var first = 1; first < cell.Length; first += RowsAPass)
        {
            cancellation.ThrowIfCancellationRequested();
            using var passScope = NewDisposeScope();
            int[] distances = [.. Enumerable.Range(first, Math.Min(RowsAPass, cell.Length - first))];
            // Row 0 is unchanged; row i has another token at its distance from the end.
            var ids = tensor(row).repeat(distances.Length + 1, 1);
            for (var index = 0; index < distances.Length; index++)
            {
                ids[index + 1, cell.Length - 1 - distances[index]] = others[cell.Length - 1 - distances[index]];
            }

            var readouts = model.ForwardReadouts(ids.to(context.Device.TorchDevice), cell.TestedLoopCounts);
            for (var loop = 0; loop < readouts.Count; loop++)
            {
                var last = readouts[loop].select(1, cell.Length - 1);
                var bound = last[0].abs().max().item<double>() * LeastShare;
                var changes = (last.slice(0, 1, distances.Length + 1, 1) - last[0]).abs().amax(1).cpu().data<double>().ToArray();
                reach[loop] = distances.Where((_, index) => changes[index] > bound).Append(reach[loop]).Max();
            }

            context.Progress.CellProgress(cell, (double)distances[^1] / cell.Length, $"{distances[^1]} of {cell.Length} distances");
        }

        return reach;
    }

    private static MetricRecord Record(ReachCell cell, string runId, int loopCount, int tokens) => new(
        runId,
        cell.Id,
        new SeriesKey(
            "reach", 1, "reach", $"length={cell.Length}", 0, "test", null, "reach", null, cell.VariantId, ScoredRecipe.HashOf(cell.Candidates), cell.TrainedLoopCount, loopCount, "float64", RowsAPass),
        cell.Seed,
        tokens,
        null,
        cell.Length - 1,
        cell.Length - 1,
        null,
        MetricDirection.HigherIsBetter,
        "token",
        MetricKind.Continuous,
        null);
}
