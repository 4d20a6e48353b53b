using System.CommandLine;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 eval</c>: scores a checkpoint on one case, or a checkpoint or the hash model on a text task.</summary>
internal sealed class EvalVerb : IVerb
{
    private const string HashVariant = "hash";
    private const string HarnessLayout = "lm-eval";

    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var checkpoint = new Option<string?>("--checkpoint") { Description = "Checkpoint folder." };
        var variant = new Option<string?>("--variant") { Description = "hash: no model; answers are hashes of the prompts, so that two harnesses can be compared prompt byte by prompt byte." };
        var item = new CaseOptionSet(suiteRequired: false);
        var text = new TextTaskOptionSet(item.Task);
        var loops = CommonOptions.Integers("--loops", "Tested loop counts T'; default: the trained one", []);
        var samples = new Option<int?>("--samples") { Description = "Samples or documents (default: 5,000; every document of a text task)." };
        var seed = new Option<long>("--test-set-seed") { Description = "Seed of the test samples.", DefaultValueFactory = _ => 20260520 };
        var batch = new Option<int>("--batch") { Description = "Sequences in a batch.", DefaultValueFactory = _ => 100 };
        var iterations = new Option<int?>("--bootstrap-iterations") { Description = "Resamples for standard errors of perplexities." };
        var exits = new Option<string?>("--exit-thresholds") { Description = "For models with an exit gate and a perplexity task: decode with early exit at these thresholds (comma-separated; above 1 nobody leaves early) and print loss, mean loops and latency for each. --samples rows (default 8) are one batch." };
        var format = new Option<string?>("--format") { Description = $"{HarnessLayout}: write results and samples files in lm-evaluation-harness's layout to --out, a results file for each loop count." };
        var output = new Option<string?>("--out") { Description = $"Folder for --format {HarnessLayout}." };
        var device = CommonOptions.Device();
        var dtype = CommonOptions.Dtype();
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command("eval", """
            Score a checkpoint on one case of a suite, or on a text task over documents of your own or its data set.

            Examples:
              lt2 eval --checkpoint my-model --suite mqar --set length=32 vocabulary=64 --loops 1,2,3,4
              lt2 eval --checkpoint my-model --task piqa --docs piqa.jsonl --format lm-eval --out scores
              lt2 eval --checkpoint my-ouro --suite perplexity --task austen --exit-thresholds 0.3,0.6,0.9,1.1
              lt2 eval --checkpoint my-model --task mmlu --shots 5 --data datasets
              lt2 eval --variant hash --task piqa --examples
              lt2 eval --variant hash --task piqa --docs piqa.jsonl --shots 3 --fewshot-docs train.jsonl --format lm-eval --out scores
            """) { checkpoint, variant, loops, samples, seed, batch, iterations, exits, format, output, device, dtype, data, json };
        item.AddTo(command);
        text.AddTo(command, withExamples: true);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(format) is { } named && named != HarnessLayout)
            {
                throw new PlanException($"--format {named}: the only format is {HarnessLayout}; leave it out for a table.");
            }

            if (parsed.GetValue(format) is null != parsed.GetValue(output) is null)
            {
                throw new PlanException($"--format {HarnessLayout} and --out DIR belong together.");
            }

            if (parsed.GetValue(samples) < 1 || parsed.GetValue(batch) < 1 || parsed.GetValue(iterations) < 0)
            {
                throw new PlanException("--samples and --batch need at least 1, --bootstrap-iterations at least 0.");
            }

            var settings = new EvalSettings(
                parsed.GetValue(checkpoint), parsed.GetValue(loops) ?? [], parsed.GetValue(samples), parsed.GetValue(seed), parsed.GetValue(batch), parsed.GetValue(device)!,
                parsed.GetValue(dtype)!, parsed.GetValue(data), parsed.GetValue(json), parsed.GetValue(output), parsed.GetValue(iterations));
            Check(settings, parsed.GetValue(variant), item.NamesSuite(parsed));
            if (parsed.GetValue(exits) is { } thresholds)
            {
                return new ExitEvaluator(environment, settings).Run(
                    item.NamesSuite(parsed) ? item.Read(parsed, environment.Plugins.Suites) : throw new PlanException("--exit-thresholds needs --suite with a perplexity task."), Thresholds(thresholds));
            }

            if (!item.NamesSuite(parsed))
            {
                return new TextTaskEvaluator(environment, settings).Run(text.Read(parsed, environment.Plugins.Tasks));
            }

            return new CaseEvaluator(environment, settings).Run(item.Read(parsed, environment.Plugins.Suites));
        });
        return command;
    }

    private static List<double> Thresholds(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part =>
        double.TryParse(part, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= 0
            ? value
            : throw new PlanException($"--exit-thresholds: '{part}' is not a number of 0 or more."))];

    private static void Check(EvalSettings settings, string? variant, bool namesSuite)
    {
        if (variant is not null && variant != HashVariant)
        {
            throw new PlanException($"--variant {variant}: only '{HashVariant}' is scored without a checkpoint. Train the variant (lt2 train) and name its folder with --checkpoint.");
        }

        if (variant is null == settings.Checkpoint is null)
        {
            throw new PlanException($"Name either a checkpoint folder with --checkpoint, or --variant {HashVariant}.");
        }

        if (namesSuite && (variant is not null || settings.HarnessLayoutFolder is not null))
        {
            throw new PlanException($"--variant {HashVariant} and --format {HarnessLayout} are for text tasks: name one with --task and leave --suite out.");
        }
    }
}
