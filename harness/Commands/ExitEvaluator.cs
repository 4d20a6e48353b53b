using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary>Prints quality and latency of early exit against its threshold.</summary>
internal sealed class ExitEvaluator(CommandEnvironment environment, EvalSettings settings)
{
    private const int DefaultRows = 8;

    public int Run(ICase testCase, IReadOnlyList<double> thresholds)
    {
        if (testCase is not ITextCase text)
        {
            throw new PlanException($"--exit-thresholds decodes text; {CaseText.Name(testCase)} is generated. Name a perplexity task.");
        }

        var folder = settings.Checkpoint!;
        var metadata = CheckpointFolder.ReadMetadata(folder);
        var compute = ComputeDevice.Resolve(settings.Device);
        using var model = CheckpointFolder.Load(folder, compute, Dtypes.Use(settings.Dtype, compute));
        using var interrupt = new Interrupt(environment.Error);
        var curve = new ExitCurve(model, compute, CheckpointTokenizer.Open(folder, metadata, DataFolder.Resolve(settings.Data)), environment.Clock);
        var documents = DocumentChoice.Choose(text.LoadDocuments(DataFolder.Resolve(settings.Data)), settings.TestSetSeed, int.MaxValue);
        var rows = curve.Rows(documents.SelectMany(text.CreateRequests), settings.Samples ?? DefaultRows, metadata.MaximumLength);
        var loopCount = settings.LoopCounts.Count > 0 ? settings.LoopCounts[0] : metadata.TrainedLoopCount;
        var points = curve.Measure(rows, thresholds, loopCount, interrupt.Token);
        if (settings.Json)
        {
            environment.Output.WriteLine(JsonSerializer.Serialize(
                new { checkpoint = folder, suite = testCase.SuiteId, task = testCase.TaskId, device = compute.Name, settings.Dtype, loopCount, rows = rows.Count, points }, JsonOutput.Options));
            return ExitCodes.Success;
        }

        var table = new Table().Border(TableBorder.Minimal).AddColumns("threshold", "nat/token", "mean loops", "ms/step", "tokens");
        foreach (var point in points)
        {
            table.AddRow(
                HumanNumber.Significant(point.Threshold), HumanNumber.Significant(point.NatPerToken), HumanNumber.Significant(point.MeanLoopCount),
                HumanNumber.Significant(point.MillisecondsPerStep), HumanNumber.Whole(point.Tokens));
        }

        environment.Tables().Write(table);
        return ExitCodes.Success;
    }
}
