using System.Globalization;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Results.Export;

/// <summary>The exported tables; times are ISO 8601 UTC, enumerations as in the store.</summary>
public static class ExportTables
{
    /// <summary>Runs.</summary>
    public static readonly ExportTable<RunRecord> Runs = new("runs",
    [
        ("runId", r => r.RunId), ("planName", r => r.PlanName), ("planHash", r => r.PlanHash), ("buildId", r => r.BuildId), ("commit", r => r.Commit),
        ("isDirty", r => r.IsDirty), ("startedUtc", r => Time(r.StartedUtc)), ("finishedUtc", r => Time(r.FinishedUtc)),
        ("status", r => StoredName.Of(r.Status)), ("hostClass", r => r.HostClass), ("commandLine", r => r.CommandLine), ("planText", r => r.PlanText),
    ]);

    /// <summary>Cells.</summary>
    public static readonly ExportTable<CellRecord> Cells = new("cells",
    [
        ("runId", c => c.RunId), ("cellId", c => c.CellId), ("kind", c => StoredName.Of(c.Kind)), ("title", c => c.Title),
        ("outcome", c => StoredName.Of(c.Outcome)), ("reason", c => c.Reason), ("variantId", c => c.VariantId), ("seed", c => c.Seed),
        ("trainedLoopCount", c => c.TrainedLoopCount), ("startedUtc", c => Time(c.StartedUtc)), ("durationSeconds", c => c.DurationSeconds),
        ("checkpointPath", c => c.CheckpointPath), ("checkpointHash", c => c.CheckpointHash), ("reusedFromRunId", c => c.ReusedFromRunId),
        ("device", c => c.DeviceUse?.Device), ("deviceSeconds", c => c.DeviceUse?.Seconds), ("deviceBusyShare", c => c.DeviceUse?.BusyShare),
        ("definitionJson", c => c.DefinitionJson),
    ]);

    /// <summary>Metrics, with their series' key.</summary>
    public static readonly ExportTable<MetricRecord> Metrics = new("metrics",
    [
        ("runId", m => m.RunId), ("cellId", m => m.CellId), ("seriesId", m => SeriesIdentity.Of(m.Key)), ("suiteId", m => m.Key.SuiteId),
        ("suiteVersion", m => m.Key.SuiteVersion), ("taskId", m => m.Key.TaskId), ("caseParameters", m => m.Key.CaseParameters),
        ("shots", m => m.Key.Shots), ("split", m => m.Key.Split), ("dataHash", m => m.Key.DataHash), ("metric", m => m.Key.Metric),
        ("slice", m => m.Key.Slice), ("variantId", m => m.Key.VariantId), ("recipeHash", m => m.Key.RecipeHash),
        ("trainedLoopCount", m => m.Key.TrainedLoopCount), ("testedLoopCount", m => m.Key.TestedLoopCount), ("dtype", m => m.Key.Dtype),
        ("batchSize", m => m.Key.BatchSize), ("phase", m => m.Key.Phase), ("sequenceLength", m => m.Key.SequenceLength),
        ("kernelSelection", m => m.Key.KernelSelection), ("hostClass", m => m.Key.HostClass), ("seed", m => m.Seed), ("value", m => m.Value),
        ("standardError", m => m.StandardError), ("sampleCount", m => m.SampleCount), ("clusterCount", m => m.ClusterCount), ("chance", m => m.Chance),
        ("direction", m => StoredName.Of(m.Direction)), ("unit", m => m.Unit), ("kind", m => StoredName.Of(m.Kind)),
        ("practicalFloor", m => m.PracticalFloor), ("transform", m => StoredName.Of(m.Transform)),
    ]);

    /// <summary>Samples.</summary>
    public static readonly ExportTable<SampleRecord> Samples = new("samples",
    [
        ("cellId", s => s.CellId), ("metric", s => s.Metric), ("testedLoopCount", s => s.TestedLoopCount), ("sampleId", s => s.SampleId),
        ("clusterId", s => s.ClusterId), ("slice", s => s.Slice), ("numerator", s => s.Numerator), ("denominator", s => s.Denominator),
        ("answer", s => s.Answer), ("expected", s => s.Expected),
    ]);

    /// <summary>Answers to the requests of text samples.</summary>
    public static readonly ExportTable<ResponseRecord> Responses = new("responses",
    [
        ("cellId", r => r.CellId), ("testedLoopCount", r => r.TestedLoopCount), ("sampleId", r => r.SampleId), ("requestIndex", r => r.RequestIndex),
        ("logLikelihood", r => r.LogLikelihood), ("isGreedy", r => r.IsGreedy), ("text", r => r.Text),
    ]);

    /// <summary>Timing blocks.</summary>
    public static readonly ExportTable<TimingBlockRecord> TimingBlocks = new("timing-blocks",
    [
        ("cellId", b => b.CellId), ("phase", b => b.Phase), ("sequenceLength", b => b.SequenceLength), ("loopCount", b => b.LoopCount),
        ("batchSize", b => b.BatchSize), ("processIndex", b => b.ProcessIndex), ("blockIndex", b => b.BlockIndex), ("iterations", b => b.Iterations),
        ("millisecondsPerIteration", b => b.MillisecondsPerIteration), ("isTainted", b => b.IsTainted), ("clockMegahertz", b => b.ClockMegahertz),
        ("temperatureCelsius", b => b.TemperatureCelsius), ("powerWatts", b => b.PowerWatts), ("throttleReason", b => b.ThrottleReason),
    ]);

    /// <summary>Training points; the residual stream's values are one text, separated by spaces.</summary>
    public static readonly ExportTable<TrainingPointRecord> TrainingPoints = new("training-points",
    [
        ("cellId", p => p.CellId), ("step", p => p.Step), ("tokensSeen", p => p.TokensSeen), ("loss", p => p.Loss),
        ("gradientNorm", p => p.GradientNorm), ("learningRate", p => p.LearningRate),
        ("residualRmsByLoop", p => string.Join(' ', p.ResidualRmsByLoop.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))),
    ]);

    /// <summary>Environment.</summary>
    public static readonly ExportTable<EnvironmentEntry> Environment = new("environment", [("name", e => e.Name), ("value", e => e.Value)]);

    /// <summary>Events.</summary>
    public static readonly ExportTable<EventRecord> Events = new("events",
        [("occurredUtc", e => Time(e.OccurredUtc)), ("cellId", e => e.CellId), ("severity", e => e.Severity), ("message", e => e.Message)]);

    private static string? Time(DateTimeOffset? time) => StoredTime.Of(time);
}
