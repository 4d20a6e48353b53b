using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 time</c>: times one variant by hand, in this process.</summary>
internal sealed class TimeVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var variant = new Argument<string?>("variant") { Description = "name@scale (lt2 list variants).", Arity = ArgumentArity.ZeroOrOne };
        var checkpoint = new Option<string?>("--checkpoint") { Description = "Time the model of this checkpoint folder instead of a variant with random weights." };
        var canary = new Option<bool>("--canary") { Description = "Time the canary instead: a fixed matrix product and copy of libtorch, no model." };
        var loops = new Option<int?>("--loops") { Description = "Loops carried out (default: the variant's own)." }.InRange(1);
        var vocabulary = new Option<int>("--vocabulary") { Description = "Vocabulary of the random-weight model.", DefaultValueFactory = _ => 256 }.InRange(2);
        var phases = new Option<string>("--phases") { Description = "prefill, decode and train (a step with batch, backward pass and update), comma-separated.", DefaultValueFactory = _ => string.Join(',', TimingPhases.Default) };
        var lengths = CommonOptions.Integers("--lengths", "Tokens read (prefill, train) or already in the context (decode)", [128, 256, 512, 1024]);
        var batch = new Option<int>("--batch") { Description = "Sequences.", DefaultValueFactory = _ => 1 }.InRange(1);
        var blocks = new Option<int>("--blocks") { Description = "Blocks a phase and length.", DefaultValueFactory = _ => 5 }.InRange(1);
        var minimum = new Option<double>("--minimum-block-milliseconds") { Description = "A block repeats its work until it lasts this long.", DefaultValueFactory = _ => 100 }.InRange(0, 1e9);
        var memory = new Option<bool>("--memory") { Description = "Probe peak memory too, in a process of its own for each phase and length." };
        var frontier = new Option<int?>("--frontier") { Description = "Search the length at which each phase runs out of memory, up to so many tokens." }.InRange(1);
        var probe = new Option<bool>("--memory-probe") { Description = "Be such a process: one phase, one length, no times.", Hidden = true };
        var limit = CommonOptions.MemoryLimit();
        var device = CommonOptions.Device();
        var dtype = CommonOptions.Dtype();
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var operators = new OperatorTimeOptions();
        var command = new Command("time", """
            Time prefill and decode of one variant with random weights, or one operator (--op) beside what this machine can do at most.

            Examples: lt2 time lt2-gdn@tiny --loops 4 --lengths 256,1024,4096 --memory
                      lt2 time --checkpoint my-model --lengths 1024
                      lt2 time --op gdn --heads 16 --head-dimension 128 --lengths 4096,16384 --backward --device cuda
            """) { variant, checkpoint, loops, vocabulary, phases, lengths, batch, blocks, minimum, device, dtype, threads, memory, frontier, limit, json, canary, probe };
        operators.AddTo(command);
        command.SetAction(parsed =>
        {
            CommonOptions.ApplyMemoryLimit(parsed, limit);
            if (parsed.GetValue(canary))
            {
                var measured = new CanarySession(environment.Clock).Measure(parsed.GetValue(device)!, parsed.GetValue(threads));
                environment.Output.WriteLine(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(measured, JsonOutput.Options)
                    : string.Join(Environment.NewLine, measured.Measurements.Select(item => $"{item.Phase} {HumanNumber.Significant(item.BlockMilliseconds.Order().ElementAt(item.BlockMilliseconds.Count / 2))} ms")));
                return ExitCodes.Success;
            }

            if (operators.Wanted(parsed))
            {
                var typed = parsed.GetResult(dtype) is { Implicit: false };
                return operators.Run(environment, parsed, parsed.GetValue(device)!, typed ? parsed.GetValue(dtype) : null,
                    parsed.GetValue(lengths)!, parsed.GetValue(batch), parsed.GetValue(blocks), parsed.GetValue(threads), parsed.GetValue(json));
            }

            var variants = VariantCatalogue.Load();
            var folder = parsed.GetValue(checkpoint);
            if (folder is not null && parsed.GetValue(variant) is not null)
            {
                throw new PlanException("Name a variant or --checkpoint, not both: a checkpoint brings its variant along.");
            }

            var metadata = folder is null ? null : CheckpointFolder.ReadMetadata(folder);
            var name = metadata?.Definition.VariantId ?? parsed.GetValue(variant)
                ?? throw new PlanException("Name a variant to time (lt2 list variants), or give --checkpoint, --op or --canary.");
            var request = new TimingRequest(
                name,
                parsed.GetValue(loops) ?? metadata?.TrainedLoopCount ?? variants.Resolve(name).LoopCount,
                metadata?.Definition.VocabularySize ?? parsed.GetValue(vocabulary),
                TimingPhases.Parse(parsed.GetValue(phases)!),
                parsed.GetValue(lengths)!,
                parsed.GetValue(batch),
                parsed.GetValue(blocks),
                parsed.GetValue(minimum),
                parsed.GetValue(dtype)!,
                parsed.GetValue(device)!,
                parsed.GetValue(threads));
            // Probes come first: while this process holds no device yet, they have all of its memory.
            request = request with { MemoryLengths = parsed.GetValue(memory) ? request.Lengths : null, FrontierLimit = parsed.GetValue(frontier), Checkpoint = folder };
            var peaks = MemoryProbes.Run(request, part => new FreshTimingProcess().RunMemoryProbe(part, CancellationToken.None));
            var report = parsed.GetValue(probe) ? MemoryProbe.Measure(request, variants) : new TimingSession(environment.Clock).Measure(request, variants);
            report = peaks.Count > 0 ? MemoryProbes.Merge(report, peaks) : report;
            report = report with { Frontier = MemoryFrontier.Find(request, part => new FreshTimingProcess().RunMemoryProbe(part, CancellationToken.None)) };
            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(report, JsonOutput.Options));
                return ExitCodes.Success;
            }

            environment.Output.WriteLine($"{name} T={request.LoopCount}, batch {request.BatchSize}, {request.Dtype}, {report.HostClass}, kernels: {report.KernelSelection}");
            var table = new Table().Border(TableBorder.Minimal).AddColumns("phase", "tokens", "median ms", "min ms", "max ms", "token/s", "peak MB", "outcome");
            foreach (var item in report.Measurements)
            {
                var sorted = item.BlockMilliseconds.Order().ToList();
                var tokens = request.BatchSize * (item.Phase == TimingPhases.Decode ? 1 : item.SequenceLength);
                double? median = sorted.Count > 0 ? sorted[sorted.Count / 2] : null;
                table.AddRow(
                    item.Phase, HumanNumber.Whole(item.SequenceLength), HumanNumber.Significant(median), HumanNumber.Significant(sorted.FirstOrDefault()),
                    HumanNumber.Significant(sorted.LastOrDefault()), HumanNumber.Significant(tokens * 1000 / median), HumanNumber.Significant(item.PeakMemoryBytes / 1e6), Markup.Escape(item.Reason ?? item.Outcome));
            }

            environment.Tables().Write(table);
            WriteRates(environment, report);
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Rates beside the device's limits, and where memory ends.</summary>
    private static void WriteRates(CommandEnvironment environment, TimingReport report)
    {
        foreach (var item in report.Limits is null ? Enumerable.Empty<TimingMeasurement>() : report.Measurements.Where(item => item.BlockMilliseconds.Count > 0))
        {
            var seconds = item.BlockMilliseconds.Order().ElementAt(item.BlockMilliseconds.Count / 2) / 1000;
            environment.Output.WriteLine(item.BytesAnIteration is { } bytes
                ? $"{item.Phase} at {item.SequenceLength}: {HumanNumber.Significant(bytes / seconds / 1e12)} TB/s of {HumanNumber.Significant(report.Limits!.BytesPerSecond / 1e12)} (copy)"
                : $"{item.Phase} at {item.SequenceLength}: {HumanNumber.Significant(item.OperationsAnIteration / seconds / 1e12)} TFLOP/s of {HumanNumber.Significant(report.Limits!.OperationsPerSecond / 1e12)} (product)");
        }

        foreach (var point in report.Frontier ?? [])
        {
            environment.Output.WriteLine($"{point.Phase}: the longest length that fits is {HumanNumber.Whole(point.LongestTokens)} tokens"
                + (point.ShortestTooLong is { } tooLong ? $"; {HumanNumber.Whole(tooLong)} run out of memory" : ", where the search ended"));
        }
    }
}
