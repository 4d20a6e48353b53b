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

/// <summary>Scores a checkpoint on one case and prints its metrics.</summary>
internal sealed class CaseEvaluator(CommandEnvironment environment, EvalSettings settings)
{
    private const int DefaultSamples = 5000;

    public int Run(ICase testCase)
    {
        var folder = settings.Checkpoint!;
        var metadata = CheckpointFolder.ReadMetadata(folder);
        if (testCase is IGeneratedCase { VocabularySize: var vocabulary } && vocabulary > metadata.Definition.VocabularySize)
        {
            throw new PlanException($"{CaseText.Name(testCase)} uses {vocabulary} ids, but the checkpoint '{folder}' knows {metadata.Definition.VocabularySize}.");
        }

        var rows = Score(testCase, folder, metadata)
            .SelectMany(loop => ScoreRecords.Aggregates(testCase, ScoreRecords.Samples(folder, loop.LoopCount, loop.Scores)).Select(value => (loop.LoopCount, Value: value)))
            .ToList();
        if (settings.Json)
        {
            environment.Output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    checkpoint = folder,
                    suite = testCase.SuiteId,
                    task = testCase.TaskId,
                    trainedLoopCount = metadata.TrainedLoopCount,
                    metrics = rows.Select(row => new
                    {
                        testedLoopCount = row.LoopCount, metric = row.Value.Definition.Name, slice = row.Value.Slice, value = row.Value.Estimate.Value,
                        standardError = row.Value.Estimate.StandardError, minimumDetectableEffect = DetectableEffect.Of(row.Value.Estimate.StandardError),
                        samples = row.Value.Estimate.SampleCount, chance = row.Value.Definition.Chance,
                    }),
                },
                JsonOutput.Options));
            return ExitCodes.Success;
        }

        var table = new Table().Border(TableBorder.Minimal).AddColumns("T'", "metric", "slice", "value", "standard error", "minimum detectable effect", "samples", "chance");
        foreach (var (count, value) in rows)
        {
            table.AddRow(
                HumanNumber.Whole(count) + (count == metadata.TrainedLoopCount ? " (trained)" : ""), value.Definition.Name, Markup.Escape(value.Slice ?? ""),
                HumanNumber.Significant(value.Estimate.Value), HumanNumber.Significant(value.Estimate.StandardError),
                HumanNumber.Significant(DetectableEffect.Of(value.Estimate.StandardError)), HumanNumber.Whole(value.Estimate.SampleCount),
                HumanNumber.Significant(value.Definition.Chance));
        }

        environment.Tables().Write(table);
        environment.Output.WriteLine(DetectableEffect.Explanation);
        return ExitCodes.Success;
    }

    private IReadOnlyList<(int LoopCount, IReadOnlyList<SampleScore> Scores)> Score(ICase testCase, string folder, CheckpointMetadata metadata)
    {
        var data = DataFolder.Resolve(settings.Data);
        var counts = settings.LoopCounts.Count > 0 ? settings.LoopCounts : [metadata.TrainedLoopCount];
        var compute = ComputeDevice.Resolve(settings.Device);
        using var model = CheckpointFolder.Load(folder, compute, Dtypes.Use(settings.Dtype, compute));
        using var interrupt = new Interrupt(environment.Error);
        Action<double, string> silent = (_, _) => { };
        var samples = settings.Samples ?? DefaultSamples;
        return testCase is IGeneratedCase generated
            ? new GeneratedScorer(model, compute, counts, settings.BatchSize).Score(generated, SampleSplit.Test, settings.TestSetSeed, samples, silent, interrupt.Token)
            : [.. new TextScorer(model, compute, counts, CheckpointTokenizer.Open(folder, metadata, data), metadata.MaximumLength, settings.BatchSize)
                .Score((ITextCase)testCase, data, settings.TestSetSeed, samples, silent, interrupt.Token).Select(readout => (readout.LoopCount, readout.Scores))];
    }
}
