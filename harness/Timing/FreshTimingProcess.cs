using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Harness.Cluster;

namespace LT2.Eval.Harness.Timing;

/// <summary>Starts this program again as <c>lt2 time … --json</c>, so that no cache, heap or allocator state of the run leaks into a time.</summary>
/// <param name="folder">Folder of another build of the program; null for this one.</param>
public sealed class FreshTimingProcess(string? folder = null) : ITimingProcess
{
    /// <summary>128 + SIGKILL.</summary>
    private const int KilledExitCode = 137;

    /// <inheritdoc />
    public TimingReport RunCanary(string device, int? threadCount, CancellationToken cancellation)
        => Start(["time", "--canary", .. Threads(threadCount), "--json"], device, cancellation);

    /// <inheritdoc />
    public TimingReport Run(TimingRequest request, CancellationToken cancellation)
    {
        var report = Start(request, [], cancellation);
        return MemoryProbes.Merge(report, MemoryProbes.Run(request, part => RunMemoryProbe(part, cancellation))) with
        {
            Frontier = MemoryFrontier.Find(request, part => RunMemoryProbe(part, cancellation)),
        };
    }

    /// <summary>Peak memory of one phase at one length (<see cref="MemoryProbe"/>).</summary>
    public TimingReport RunMemoryProbe(TimingRequest request, CancellationToken cancellation) => Start(request, ["--memory-probe"], cancellation);

    private TimingReport Start(TimingRequest request, string[] further, CancellationToken cancellation) => Start(
        [
            "time",
            .. request.Checkpoint is { } checkpoint ? ["--checkpoint", checkpoint] : (string[])[request.VariantId, "--vocabulary", Text(request.VocabularySize)],
            "--loops", Text(request.LoopCount),
            "--phases", string.Join(',', request.Phases),
            "--lengths", string.Join(',', request.Lengths.Select(Text)),
            "--batch", Text(request.BatchSize),
            "--blocks", Text(request.BlockCount),
            "--minimum-block-milliseconds", request.MinimumBlockMilliseconds.ToString("R", CultureInfo.InvariantCulture),
            "--dtype", request.Dtype,
            .. Threads(request.ThreadCount),
            .. further,
            "--json",
        ],
        request.Device,
        cancellation);

    private TimingReport Start(IEnumerable<string> arguments, string device, CancellationToken cancellation)
    {
        var start = ThisProgram.StartInfo([.. arguments, "--device"], folder);
        start.ArgumentList.Add(VisibleDevices.Only(start, device));
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"The timing process did not start: {start.FileName}.");
        using var kill = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode == KilledExitCode)
        {
            throw new InsufficientMemoryException(
                $"The timing process was killed from outside (exit code {KilledExitCode}), as the kernel does when the host is out of memory. Give --memory-limit to have it fail by itself.");
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The timing process ended with exit code {process.ExitCode}: {errors.GetAwaiter().GetResult().Trim()}");
        }

        var last = output.TrimEnd().Split('\n')[^1];
        return JsonSerializer.Deserialize<TimingReport>(last, JsonOutput.Options)
            ?? throw new InvalidOperationException($"The timing process printed no report but: {last}");
    }

    private static string[] Threads(int? count) => count is { } threads ? ["--threads", Text(threads)] : [];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
