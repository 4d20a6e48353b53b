using System.CommandLine;
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

/// <summary><c>lt2 eval</c>: scores a checkpoint on one case by hand.</summary>
internal sealed class EvalVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "Checkpoint folder.", Required = true };
        var item = new CaseOptionSet();
        var loops = CommonOptions.Integers("--loops", "Tested loop counts T'; default: the trained one", []);
        var samples = new Option<int>("--samples") { Description = "Samples or documents.", DefaultValueFactory = _ => 5000 };
        var seed = new Option<long>("--test-set-seed") { Description = "Seed of the test samples.", DefaultValueFactory = _ => 20260520 };
        var batch = new Option<int>("--batch") { Description = "Sequences in a batch.", DefaultValueFactory = _ => 100 };
        var device = CommonOptions.Device();
        var dtype = CommonOptions.Dtype();
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("eval", """
            Score a checkpoint on one case.

            Example: lt2 eval --checkpoint my-model --suite mqar --set length=32 vocabulary=64 --loops 1,2,3,4
            """) { checkpoint, loops, samples, seed, batch, device, dtype, data, json };
        item.AddTo(command);
        command.SetAction(parsed =>
        {
            var testCase = item.Read(parsed);
            var folder = parsed.GetValue(checkpoint)!;
            var metadata = CheckpointFolder.ReadMetadata(folder);
            if (Planner.Vocabulary(testCase) > metadata.Definition.VocabularySize)
            {
                throw new PlanException($"{CaseText.Name(testCase)} uses {Planner.Vocabulary(testCase)} ids, but the checkpoint '{folder}' knows {metadata.Definition.VocabularySize}.");
            }

            var counts = parsed.GetValue(loops) is { Length: > 0 } given ? given : [metadata.TrainedLoopCount];
            var compute = ComputeDevice.Resolve(parsed.GetValue(device)!);
            using var model = CheckpointFolder.Load(folder, compute, Dtypes.Parse(parsed.GetValue(dtype)!));
                using var interrupt = new Interrupt(environment.Error);
            Action<double, string> silent = (_, _) => { };
            var scored = testCase is IGeneratedCase generated
                ? new GeneratedScorer(model, compute, counts, parsed.GetValue(batch)).Score(generated, SampleSplit.Test, parsed.GetValue(seed), parsed.GetValue(samples), silent, interrupt.Token)
                : new TextScorer(model, compute, counts, metadata.MaximumLength, parsed.GetValue(batch)).Score(
                    (ITextCase)testCase, DataFolder.Resolve(parsed.GetValue(data)), parsed.GetValue(seed), parsed.GetValue(samples), silent, interrupt.Token);
            var rows = scored.SelectMany(loop => ScoreRecords.Aggregates(testCase, ScoreRecords.Samples(folder, loop.LoopCount, loop.Scores)).Select(value => (loop.LoopCount, value))).ToList();
            if (parsed.GetValue(json))
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
                            testedLoopCount = row.LoopCount, metric = row.value.Definition.Name, slice = row.value.Slice, value = row.value.Estimate.Value,
                            standardError = row.value.Estimate.StandardError, samples = row.value.Estimate.SampleCount, chance = row.value.Definition.Chance,
                        }),
                    },
                    JsonOutput.Options));
                return ExitCodes.Success;
            }

            var table = new Table().Border(TableBorder.Minimal).AddColumns("T'", "metric", "slice", "value", "standard error", "samples", "chance");
            foreach (var (count, value) in rows)
            {
                table.AddRow(
                    HumanNumber.Whole(count) + (count == metadata.TrainedLoopCount ? " (trained)" : ""), value.Definition.Name, Markup.Escape(value.Slice ?? ""),
                    HumanNumber.Significant(value.Estimate.Value), HumanNumber.Significant(value.Estimate.StandardError), HumanNumber.Whole(value.Estimate.SampleCount),
                    HumanNumber.Significant(value.Definition.Chance));
            }

            environment.Tables().Write(table);
            return ExitCodes.Success;
        });
        return command;
    }
}
