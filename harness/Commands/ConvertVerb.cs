using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using LT2.Eval.Tasks.Data;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 convert</c>: a pretrained looped transformer into a hybrid.</summary>
internal sealed class ConvertVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var teacher = new Argument<string>("teacher") { Description = "Checkpoint folder of the model to convert (lt2 import, lt2 train)." };
        var checkpoint = new Option<string>("--checkpoint") { Description = "Folder the student is written to; FOLDER.partial beside it keeps the state of an unfinished conversion.", Required = true };
        var recipe = new Option<string>("--recipe") { Description = $"A recipe file, or a shipped one: {string.Join(", ", ConversionCatalogue.Names)}.", Required = true };
        var layers = new Option<string?>("--layers") { Description = "Which layers stay full instead of the recipe's: interleave:4:1:gdn:full, bookend:2:full:gdn, list:gdn,full,…, sensitivity:K." };
        var withoutAlignment = new Option<bool>("--without-alignment") { Description = "Leave stage 1 out and give its tokens to stage 2." };
        var cache = new Option<string?>("--teacher-cache") { Description = "Folder that keeps the teacher's answers, so that a further conversion on the same text need not ask it again." };
        var validation = new Option<int>("--validation-samples") { Description = "Rows of the validation split scored at the end.", DefaultValueFactory = _ => 100 };
        var seed = new Option<long>("--seed") { Description = "Seed of what the teacher has no values for, and of the order of the text.", DefaultValueFactory = _ => 1 };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the student, every stage's budget and the memory it needs, and do nothing." };
        var item = new CaseOptionSet();
        var device = CommonOptions.Device();
        var dtype = CommonOptions.Dtype();
        var threads = CommonOptions.Threads();
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("convert", """
            Turn a pretrained looped transformer into a hybrid of full attention and Gated DeltaNet: choose layers, align the new mixers, distil, continue at long context,
            tune the exit gate. The same command continues an unfinished conversion.

            Example: lt2 convert my-ouro --recipe ouro-hybrid-tiny --suite perplexity --task austen --checkpoint my-hybrid
            """) { teacher, checkpoint, recipe, layers, withoutAlignment, cache, validation, seed, dryRun, device, dtype, threads, data, json };
        item.AddTo(command);
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(checkpoint)!;
            CheckpointTarget.Require(folder);

            var metadata = CheckpointFolder.ReadMetadata(parsed.GetValue(teacher)!);
            var trainingCase = item.Read(parsed, environment.Plugins.Suites);
            if (Planner.Vocabulary(trainingCase) > metadata.Definition.VocabularySize)
            {
                throw new PlanException($"{CaseText.Name(trainingCase)} uses {Planner.Vocabulary(trainingCase)} ids, but the teacher knows {metadata.Definition.VocabularySize}.");
            }

            var plan = Recipe(parsed.GetValue(recipe)!, parsed.GetValue(layers), parsed.GetValue(withoutAlignment));
            if (parsed.GetValue(threads) is { } count)
            {
                TorchRuntime.SetThreads(count);
            }

            var compute = ComputeDevice.Resolve(parsed.GetValue(device)!);
            var id = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}@{metadata.Definition.VariantId.Split('@')[^1]}";
            var budget = new ConversionBudget(metadata.Definition, plan, id, parsed.GetValue(dtype)!, compute);
            if (parsed.GetValue(dryRun))
            {
                budget.Print(environment.Output);
                return budget.Fits ? ExitCodes.Success : ExitCodes.Usage;
            }

            budget.RequireFit();
            var settings = new ConversionSettings(
                parsed.GetValue(teacher)!, plan, id, trainingCase, null, parsed.GetValue(validation), parsed.GetValue(seed), parsed.GetValue(dtype)!, parsed.GetValue(cache));
            var corpora = new CorpusCache(environment.Plugins.Suites, DataFolder.Resolve(parsed.GetValue(data)));
            var shown = environment.Clock.GetTimestamp();
            using var interrupt = new Interrupt(environment.Error);
            var (result, loss) = new ConversionJob(settings, compute, corpora, folder, (share, detail) =>
            {
                if (environment.Clock.GetElapsedTime(shown).TotalSeconds >= 10)
                {
                    shown = environment.Clock.GetTimestamp();
                    environment.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{share:0%}, {detail}"));
                }
            }).Run(interrupt.Token);
            Print(environment.Output, parsed.GetValue(json), folder, settings, result, loss);
            return result.Outcome == TrainingOutcome.Finished ? ExitCodes.Success : ExitCodes.RunFailed;
        });
        return command;
    }

    private static ConversionRecipe Recipe(string name, string? layers, bool withoutAlignment)
    {
        var recipe = ConversionCatalogue.Load(name);
        recipe = layers is null ? recipe : recipe with { Layers = layers };
        recipe = withoutAlignment ? recipe.WithoutAlignment() : recipe;
        return recipe.Problems() is { Count: > 0 } problems ? throw new PlanException(problems) : recipe;
    }

    private static void Print(TextWriter output, bool json, string folder, ConversionSettings settings, ConversionResult result, double? loss)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    outcome = result.Outcome, result.Reason, validationLoss = loss, checkpoint = folder, seed = settings.Seed, sensitivityByLayer = result.SensitivityByLayer,
                    stages = result.Stages.Select(stage => new { stage.Name, stage.Tokens, stage.Points }),
                },
                JsonOutput.Options));
            return;
        }

        foreach (var (layer, divergence) in result.SensitivityByLayer?.OrderBy(pair => pair.Key).AsEnumerable() ?? [])
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"layer {layer} alone replaced: divergence {divergence:0.0000} nat/token"));
        }

        foreach (var stage in result.Stages.Where(stage => stage.Points.Count > 0))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: {stage.Tokens:N0} tokens, loss {stage.Points[0].Loss:0.0000} to {stage.Points[^1].Loss:0.0000}"));
        }

        output.WriteLine(loss is { } value ? $"Validation loss {HumanNumber.Significant(value)} nat/token. Checkpoint: {folder}" : $"{result.Outcome}: {result.Reason}");
    }
}
