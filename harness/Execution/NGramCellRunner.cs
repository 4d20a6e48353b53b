using System.Globalization;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Perplexity;

namespace LT2.Eval.Harness.Execution;

/// <summary>Counts n-grams of the training text and scores every order on the case's documents.</summary>
public sealed class NGramCellRunner : ICellRunner
{
    /// <inheritdoc />
    public CellResult Run(CellDefinition cell, CellContext context, CancellationToken cancellation)
    {
        var counts = (NGramCell)cell;
        var started = context.Clock.GetUtcNow();
        var suite = (ICorpusSuite)context.Suites.First(suite => suite.Id == counts.TrainingCase.SuiteId);
        var documents = DocumentChoice.Choose(counts.TestCase.LoadDocuments(context.Data), counts.TestSetSeed, counts.Samples)
            .SelectMany(document => counts.TestCase.CreateRequests(document).OfType<RollingLogLikelihoodRequest>().Select(request => new CorpusDocument(document.Id, request.Text)))
            .ToList();
        var bits = NGramBaseline.BitsPerByteByOrder(counts.LargestOrder, suite.LoadTrainingDocuments(counts.TrainingCase, context.Data), documents);
        var definition = counts.TestCase.Metrics.First(metric => metric.Name == PerplexityMetrics.BitsPerByte.Name);
        var metrics = bits.Select((value, index) => new MetricRecord(
            context.RunId,
            cell.Id,
            new SeriesKey(
                counts.TestCase.SuiteId,
                counts.TestCase.SuiteVersion,
                counts.TestCase.TaskId,
                CaseText.Parameters(counts.TestCase),
                0,
                "test",
                counts.DataHash,
                definition.Name,
                null,
                string.Create(CultureInfo.InvariantCulture, $"{cell.VariantId}-{index + 1}"),
                null,
                null,
                null,
                "float64",
                1),
            null,
            value,
            null,
            documents.Count,
            documents.Count,
            null,
            Results.Records.MetricDirection.LowerIsBetter,
            definition.Unit,
            Results.Records.MetricKind.Continuous,
            definition.PracticalFloor));
        return new CellResult(CellResults.Record(cell, context, CellOutcome.Finished, null, started), [.. metrics], [], [], [], []);
    }
}
