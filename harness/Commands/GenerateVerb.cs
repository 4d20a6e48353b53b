using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Decoding;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Data;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 generate</c>: text from a checkpoint.</summary>
internal sealed class GenerateVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "Checkpoint folder.", Required = true };
        var prompt = new Option<string[]>("--prompt") { Description = "Text to continue; several are one batch.", AllowMultipleArgumentsPerToken = true };
        var prompts = new Option<string?>("--prompts") { Description = "File with one prompt a line, further ones of the batch." };
        var tokens = new Option<int>("--max-new-tokens") { Description = "Most tokens a text grows by.", DefaultValueFactory = _ => 128 };
        var loops = new Option<int?>("--loops") { Description = "Loop count T' (default: the trained one)." };
        var temperature = new Option<double>("--temperature") { Description = "0 takes the most likely token (greedy).", DefaultValueFactory = _ => 0 };
        var topK = new Option<int?>("--top-k") { Description = "Draw from so many of the most likely tokens." };
        var topP = new Option<double?>("--top-p") { Description = "Draw from the most likely tokens that hold this much probability." };
        var stop = new Option<string[]>("--stop") { Description = "End a text before this string, in which \\n is a line's end; may be given several times.", AllowMultipleArgumentsPerToken = true };
        var exit = new Option<double?>("--exit-threshold") { Description = "Models with an exit gate: a token skips further loops once its cumulative exit probability reaches this." }.InRange(0, 1e9);
        var weighted = new Option<bool>("--weighted-exit") { Description = "Models with an exit gate: run every loop and weigh their logits by exit probability." };
        var seed = new Option<long>("--seed") { Description = "Seed of the draws.", DefaultValueFactory = _ => 1 };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print parameters, state and cache bytes and the estimated peak for this length and batch, and do nothing." };
        var length = new Option<int?>("--context") { Description = "For --dry-run: tokens a sequence reaches (default: longest prompt and new tokens)." };
        var device = CommonOptions.Device();
        var dtype = CommonOptions.Dtype();
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("generate", """
            Continue prompts with a checkpoint. A single text is printed as it is generated; tokens per second go to stderr.

            Examples:
              lt2 generate --checkpoint my-model --prompt "It is a truth" --temperature 0.8 --top-p 0.95
              lt2 generate --checkpoint ouro-1.4b --prompts questions.txt --loops 3 --stop "\n\n" --dtype bfloat16 --dry-run
            """) { checkpoint, prompt, prompts, tokens, loops, temperature, topK, topP, stop, exit, weighted, seed, dryRun, length, device, dtype, threads, json };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(checkpoint)!;
            var metadata = CheckpointFolder.ReadMetadata(folder);
            var texts = Prompts(parsed.GetValue(prompt) ?? [], parsed.GetValue(prompts));
            var settings = new GenerationSettings(
                new SamplingOptions(parsed.GetValue(temperature), parsed.GetValue(topK), parsed.GetValue(topP), parsed.GetValue(seed)), parsed.GetValue(tokens),
                parsed.GetValue(loops) ?? metadata.TrainedLoopCount, [.. (parsed.GetValue(stop) ?? []).Select(text => text.Replace("\\n", "\n", StringComparison.Ordinal))], parsed.GetValue(exit), parsed.GetValue(weighted));
            Check(settings);
            if (parsed.GetValue(threads) is { } count)
            {
                TorchRuntime.SetThreads(count);
            }

            var compute = ComputeDevice.Resolve(parsed.GetValue(device)!);
            var tokenizer = CheckpointTokenizer.Open(folder, metadata, DataFolder.Resolve(null));
            var context = parsed.GetValue(length) ?? texts.Max(text => Math.Max(1, tokenizer.Encode(text).Count)) + settings.MaximumNewTokens;
            var memory = new MemoryCheck(metadata.Definition.WithLoopCount(settings.LoopCount), context, texts.Count, parsed.GetValue(dtype)!, compute);
            if (parsed.GetValue(dryRun))
            {
                memory.Print(environment.Output, parsed.GetValue(json));
                return memory.Fits ? ExitCodes.Success : ExitCodes.Usage;
            }

            memory.RequireFit();
            using var model = CheckpointFolder.Load(folder, compute, Dtypes.Use(parsed.GetValue(dtype)!, compute), Math.Max(metadata.Definition.MaximumLength, context));
            using var interrupt = new Interrupt(environment.Error);
            var generator = new TextGenerator(model, compute, tokenizer, settings);
            var streams = texts.Count == 1 && !parsed.GetValue(json);
            var (started, read) = (environment.Clock.GetTimestamp(), 0L);
            var results = generator.Generate(
                texts,
                (_, text) =>
                {
                    if (streams)
                    {
                        environment.Output.Write(text);
                        environment.Output.Flush();
                    }
                },
                () => read = environment.Clock.GetTimestamp(),
                interrupt.Token);
            compute.Synchronise();
            var prefillSeconds = environment.Clock.GetElapsedTime(started, read).TotalSeconds;
            var decodeSeconds = environment.Clock.GetElapsedTime(read).TotalSeconds;
            Print(environment, texts, results, streams, parsed.GetValue(json), generator.PrefillTokens, prefillSeconds, decodeSeconds);
            return ExitCodes.Success;
        });
        return command;
    }

    private static List<string> Prompts(string[] given, string? file)
    {
        if (file is not null && !File.Exists(file))
        {
            throw new PlanException($"--prompts {file}: there is no such file.");
        }

        List<string> texts = [.. given, .. file is null ? [] : File.ReadAllLines(file)];
        return texts.Count > 0 ? texts : throw new PlanException("Give at least one prompt with --prompt or --prompts.");
    }

    private static void Check(GenerationSettings settings)
    {
        var problems = settings.Sampling.Problems().ToList();
        if (settings.MaximumNewTokens < 1)
        {
            problems.Add($"--max-new-tokens is {settings.MaximumNewTokens}; it must be 1 or more.");
        }

        if (settings.WeightedLogits && settings.ExitThreshold is not null)
        {
            problems.Add("--exit-threshold and --weighted-exit are two rules; give one.");
        }

        if (settings.LoopCount < 1)
        {
            problems.Add($"--loops is {settings.LoopCount}; it must be 1 or more.");
        }

        if (problems.Count > 0)
        {
            throw new PlanException(problems);
        }
    }

    private static void Print(
        CommandEnvironment environment, List<string> texts, IReadOnlyList<GeneratedContinuation> results, bool streamed, bool json, int prefillTokens, double prefillSeconds, double decodeSeconds)
    {
        var generated = results.Sum(result => result.TokenCount);
        if (json)
        {
            environment.Output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    prefillTokens, prefillSeconds, decodeSeconds, tokensPerSecond = generated / decodeSeconds,
                    texts = texts.Zip(results, (prompt, result) => new { prompt, result.Text, result.TokenCount, result.EndedBy, result.MeanLoopCount }),
                },
                JsonOutput.Options));
            return;
        }

        if (streamed)
        {
            environment.Output.WriteLine();
        }
        else
        {
            foreach (var (prompt, result) in texts.Zip(results))
            {
                environment.Output.WriteLine($"=== {prompt}\n{result.Text}");
            }
        }

        environment.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{prefillTokens} tokens read in {prefillSeconds:0.000} s; {generated} generated in {decodeSeconds:0.000} s, {generated / decodeSeconds:0.0} token/s; "
            + $"mean loops {results.Sum(result => result.MeanLoopCount * result.TokenCount) / Math.Max(1, generated):0.00}; ended by {string.Join(", ", results.Select(result => result.EndedBy).Distinct())}."));
    }
}
