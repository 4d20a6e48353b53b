using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Cluster.DataParallel;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using LT2.Eval.Tasks.Data;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 train</c>: trains one variant by hand.</summary>
internal sealed class TrainVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var variant = new Argument<string>("variant") { Description = "name@scale (lt2 list variants)." };
        var item = new CaseOptionSet();
        var checkpoint = new Option<string>("--checkpoint") { Description = "Folder the checkpoint is written to; must not exist.", Required = true };
        var from = new Option<string?>("--from") { Description = "Checkpoint folder whose weights training starts from; the variant must be its own." };
        var loops = new Option<int?>("--loops") { Description = "Trained loop count T (default: the variant's own)." };
        var steps = new Option<int?>("--steps") { Description = "Optimiser steps." };
        var batch = new Option<int?>("--batch") { Description = "Rows a step." };
        var accumulation = new Option<int?>("--gradient-accumulation-steps") { Description = "Forward and backward passes a step's rows are split into (default 1): less memory, the same batch." };
        var rate = new Option<double?>("--learning-rate") { Description = "Peak learning rate." };
        var loss = new Option<string?>("--loss") { Description = $"One of {string.Join(", ", RecipeOverrides.LossNames)}." };
        var length = new Option<int?>("--sequence-length") { Description = "Tokens a row, for text." };
        var tokenizer = new Option<string?>("--tokenizer") { Description = "How text becomes tokens: byte, gpt2, cl100k_base, … (lt2 data get their vocabularies) or a tokenizer.json (default: byte)." };
        var seed = new Option<long>("--seed") { Description = "Seed of initialisation and training order.", DefaultValueFactory = _ => 1 };
        var limit = CommonOptions.MemoryLimit();
        var device = CommonOptions.Device();
        var dtype = CommonOptions.Dtype();
        var threads = CommonOptions.Threads();
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("train", """
            Train one variant by hand and write its checkpoint.

            With --from the weights of a checkpoint are trained on; --loss exitImprovement then tunes Ouro's exit gate alone (its second stage).

            Examples:
              lt2 train lt2-gdn@tiny --suite mqar --set length=32 vocabulary=64 --checkpoint my-model
              lt2 train ouro@tiny --from my-ouro --loss exitImprovement --suite perplexity --task austen --sequence-length 128 --checkpoint my-ouro-gated
            """) { variant, checkpoint, from, loops, steps, batch, accumulation, rate, loss, length, tokenizer, seed, device, dtype, threads, limit, data, json };
        item.AddTo(command);
        var group = new GroupOptionSet();
        group.AddTo(command);
        command.SetAction(parsed =>
        {
            CommonOptions.ApplyMemoryLimit(parsed, limit);
            var folder = parsed.GetValue(checkpoint)!;
            CheckpointTarget.Require(folder);

            using var interrupt = new Interrupt(group.RankOf(parsed) == 0 ? environment.Error : TextWriter.Null);
            var devices = group.ProcessDevices(parsed);
            if (devices is { Count: > 1 })
            {
                return new GroupLauncher(environment.Output, environment.Error).Run([.. group.OwnArguments(parsed)], devices, interrupt.Token);
            }

            var problems = new List<string>();
            var trainingCase = item.Read(parsed, environment.Plugins.Suites);
            var model = VariantCatalogue.Load().Resolve(parsed.GetValue(variant)!);
            var read = TrainingTokenizer.Resolve(parsed.GetValue(tokenizer), _ => null);
            model = model.WithLoopCount(parsed.GetValue(loops) ?? model.LoopCount).WithVocabulary(Planner.Vocabulary(trainingCase, read));
            var recipe = RecipeOverrides.Apply(
                model.Recipe,
                new RecipeOverride(
                    parsed.GetValue(steps), parsed.GetValue(batch), parsed.GetValue(rate), Loss: parsed.GetValue(loss), GradientAccumulationSteps: parsed.GetValue(accumulation)),
                "lt2 train",
                problems);
            if (trainingCase is Tasks.Contracts.ITextCase && parsed.GetValue(length) is null)
            {
                problems.Add("Text needs --sequence-length, the number of tokens a row.");
            }

            if (trainingCase is Tasks.Contracts.IGeneratedCase && read is not null)
            {
                problems.Add("A generated suite has token ids of its own; leave --tokenizer out.");
            }

            if (parsed.GetValue(from) is { } start)
            {
                var stored = Models.Checkpoints.CheckpointFolder.ReadMetadata(start).Definition;
                if (stored.WithMaximumLength(model.MaximumLength).ToCanonicalJson() != model.ToCanonicalJson())
                {
                    problems.Add($"--from {start} holds {stored.VariantId} with {stored.VocabularySize} ids and T={stored.LoopCount}; "
                        + $"{model.VariantId} with {model.VocabularySize} ids and T={model.LoopCount} is another model.");
                }
            }

            if (problems.Count > 0)
            {
                throw new PlanException(problems);
            }

            if (parsed.GetValue(threads) is { } count)
            {
                TorchRuntime.SetThreads(count);
            }

            var cell = new TrainCell(model, trainingCase, recipe, parsed.GetValue(length), 500, parsed.GetValue(seed), parsed.GetValue(dtype)!, null, read);
            var corpora = new CorpusCache(environment.Plugins.Suites, DataFolder.Resolve(parsed.GetValue(data)));
            var progress = new LineProgress(environment.Error, environment.Clock);
            progress.Begin(1, 0);
            var computeDevice = ComputeDevice.Resolve(devices?[0] ?? parsed.GetValue(device)!);
            using var processes = group.Join(parsed, computeDevice);
            using var stop = group.Stop(parsed, interrupt.Token);
            var job = new TrainingJob(cell, computeDevice, corpora, folder, (share, detail) => progress.CellProgress(cell, share, detail), parsed.GetValue(from))
            {
                Group = processes,
                ReduceSchedule = group.Schedule(parsed),
            };
            var (result, validationLoss) = job.Run(stop.Token);
            if (processes is { Rank: > 0 })
            {
                // Process 0 speaks for all.
            }
            else if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(
                    new { outcome = result.Outcome, result.Reason, validationLoss, checkpoint = folder, seed = cell.Seed, result.Execution, job.TokensPerSecond, points = result.Points }, JsonOutput.Options));
            }
            else
            {
                environment.Output.WriteLine(validationLoss is { } value
                    ? $"{cell.Title}: {recipe.Steps} steps, validation loss {HumanNumber.Significant(value)} nat/token, {HumanNumber.Significant(job.TokensPerSecond)} tokens/s ({result.Execution}). Checkpoint: {folder}"
                    : $"{cell.Title}: {result.Outcome}: {result.Reason}");
            }

            return result.Outcome == TrainingOutcome.Finished ? ExitCodes.Success : ExitCodes.RunFailed;
        });
        return command;
    }
}
