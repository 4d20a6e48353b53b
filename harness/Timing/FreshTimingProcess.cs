using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LT2.Eval.Harness.Timing;

/// <summary>Starts this program again as <c>lt2 time … --json</c>, so that no cache, heap or allocator state of the run leaks into a time.</summary>
public sealed class FreshTimingProcess : ITimingProcess
{
    /// <inheritdoc />
    public TimingReport Run(TimingRequest request, CancellationToken cancellation)
    {
        var start = ThisProgram.StartInfo([
            "time", request.VariantId,
            "--loops", Text(request.LoopCount),
            "--vocabulary", Text(request.VocabularySize),
            "--phases", string.Join(',', request.Phases),
            "--lengths", string.Join(',', request.Lengths.Select(Text)),
            "--batch", Text(request.BatchSize),
            "--blocks", Text(request.BlockCount),
            "--minimum-block-milliseconds", request.MinimumBlockMilliseconds.ToString("R", CultureInfo.InvariantCulture),
            "--dtype", request.Dtype,
            "--device", request.Device,
            .. request.ThreadCount is { } threads ? ["--threads", Text(threads)] : Array.Empty<string>(),
            "--json",
        ]);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"The timing process did not start: {start.FileName}.");
        using var kill = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The timing process ended with exit code {process.ExitCode}: {errors.GetAwaiter().GetResult().Trim()}");
        }

        var last = output.TrimEnd().Split('\n')[^1];
        return JsonSerializer.Deserialize<TimingReport>(last, JsonOutput.Options)
            ?? throw new InvalidOperationException($"The timing process printed no report but: {last}");
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
