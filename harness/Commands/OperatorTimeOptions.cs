using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Harness.Timing.Operators;
using LT2.Eval.Models.Runtime;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary>The part of <c>lt2 time</c> that times operators: <c>--op</c> and its shape.</summary>
internal sealed class OperatorTimeOptions
{
    private readonly Option<string[]> names = new("--op")
    {
        Description = $"Operators to time instead of a model, one or more of {string.Join(", ", TimedOperator.All.Select(op => op.Name))}.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> heads = new Option<int>("--heads") { Description = "Heads of queries and keys (--op).", DefaultValueFactory = _ => 16 }.InRange(1);
    private readonly Option<int?> valueHeads = new Option<int?>("--value-heads") { Description = "Heads of values, a multiple of --heads (--op; default: as many)." }.InRange(1);
    private readonly Option<int> keyWidth = new Option<int>("--head-dimension") { Description = "Width of a key head (--op).", DefaultValueFactory = _ => 128 }.InRange(1);
    private readonly Option<int?> valueWidth = new Option<int?>("--value-dimension") { Description = "Width of a value head (--op; default: as the key's)." }.InRange(1);
    private readonly Option<bool> backward = new("--backward") { Description = "Time forward and backward too (--op)." };

    /// <summary>Declares them.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[names, heads, valueHeads, keyWidth, valueWidth, backward])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether operators were asked for.</summary>
    public bool Wanted(ParseResult parsed) => parsed.GetValue(names) is { Length: > 0 };

    /// <summary>Times them and prints a table or JSON.</summary>
    public int Run(CommandEnvironment environment, ParseResult parsed, string deviceName, string? dtype, IReadOnlyList<int> lengths, int batch, int blocks, int? threads, bool json)
    {
        var operators = parsed.GetValue(names)!.Select(Find).ToList();
        var keyHeads = parsed.GetValue(heads);
        var groups = parsed.GetValue(valueHeads) ?? keyHeads;
        if (keyHeads < 1 || groups < keyHeads || groups % keyHeads != 0)
        {
            throw new PlanException($"--value-heads is {groups}; it must be a multiple of the {keyHeads} of --heads.");
        }

        if (threads is { } count)
        {
            TorchRuntime.SetThreads(count);
        }

        var device = ComputeDevice.Resolve(deviceName);
        var type = dtype ?? (device.IsCuda ? "bfloat16" : "float32");
        var session = new OperatorSession(environment.Clock);
        var limits = session.Limits(device, Execution.Dtypes.Use(type, device));
        var results = new List<OperatorTiming>();
        foreach (var op in operators)
        {
            foreach (var length in lengths)
            {
                var shape = new OperatorShape(batch, length, keyHeads, groups, parsed.GetValue(keyWidth), parsed.GetValue(valueWidth) ?? parsed.GetValue(keyWidth));
                results.Add(session.Measure(op, shape, device, type, backward: false, blocks, limits));
                if (parsed.GetValue(backward))
                {
                    results.Add(session.Measure(op, shape, device, type, backward: true, blocks, limits));
                }
            }
        }

        if (json)
        {
            environment.Output.WriteLine(JsonSerializer.Serialize(
                new { device = device.Name, copyBytesPerSecond = limits.BytesPerSecond, productOperationsPerSecond = limits.OperationsPerSecond, operators = results }, JsonOutput.Options));
            return ExitCodes.Success;
        }

        environment.Output.WriteLine(FormattableString.Invariant(
            $"{device.Name}, {type}: copy {limits.BytesPerSecond / 1e12:G3} TB/s, product {limits.OperationsPerSecond / 1e12:G3} TFLOP/s; {results[0].Kernels}"));
        var table = new Table().Border(TableBorder.Minimal).AddColumns("operator", "direction", "tokens", "run as", "median ms", "TB/s", "TFLOP/s", "share of the limit");
        foreach (var item in results)
        {
            table.AddRow(
                item.Operator, item.Direction, HumanNumber.Whole(item.Shape.Length), item.Execution, HumanNumber.Significant(item.MedianMilliseconds),
                HumanNumber.Significant(item.TerabytesPerSecond), HumanNumber.Significant(item.TeraflopsPerSecond), HumanNumber.Significant(item.ShareOfLimit));
        }

        environment.Tables().Write(table);
        return ExitCodes.Success;
    }

    private static TimedOperator Find(string name) => TimedOperator.All.FirstOrDefault(op => op.Name == name)
        ?? throw new PlanException($"There is no operator '{name}' to time. {NearestName.Hint(name, [.. TimedOperator.All.Select(op => op.Name)])}");
}
