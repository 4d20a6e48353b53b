using System.CommandLine;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Commands;

/// <summary>The options of verbs that carry out a plan.</summary>
internal sealed class PlanOptions
{
    public Option<string> Out { get; } = CommonOptions.Out();

    public Option<string?> Data { get; } = CommonOptions.Data();

    public Option<string> Device { get; } = CommonOptions.Device();

    public Option<string?> Devices { get; } = new("--devices")
    {
        Description = "Carry train and score cells out in worker processes, one a device: all GPUs (all), some (0,1), or cpu.",
    };

    public Option<bool> New { get; } = new("--new") { Description = "Start a new run though an unfinished one could be continued." };

    public Option<string?> RunId { get; } = new("--run") { Description = "Continue this run." };

    public Option<int?> Workers { get; } = new Option<int?>("--workers") { Description = "Train and score cells side by side (default: one a core on CPU, one on a GPU); with --devices, worker processes on each (default 1)." }.InRange(1, 4096);

    public Option<string?> MemoryLimit { get; } = CommonOptions.MemoryLimit();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Out, Data, Device, Devices, New, RunId, Workers, MemoryLimit })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The options of a run. A memory limit holds for this process from here on.</summary>
    public RunOptions Read(ParseResult parsed, CommandEnvironment environment)
    {
        if (parsed.GetValue(Devices) is not null && parsed.GetResult(Device) is { Implicit: false })
        {
            throw new PlanException("Give --device (cells in this process) or --devices (worker processes), not both.");
        }

        CommonOptions.ApplyMemoryLimit(parsed, MemoryLimit);
        return new(
            parsed.GetValue(Out)!,
            parsed.GetValue(Device)!,
            parsed.GetValue(New),
            parsed.GetValue(RunId),
            parsed.GetValue(Workers),
            environment.CommandLine,
            parsed.GetValue(Devices),
            parsed.GetValue(Data));
    }
}
