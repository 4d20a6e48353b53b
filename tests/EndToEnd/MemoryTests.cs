using System.Diagnostics;
using System.Text.Json;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Runs that need more memory than they may have, as processes of their own: a limit holds for a whole process.</summary>
public sealed class MemoryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-memory-").FullName;

    [Fact]
    public void A_timing_beyond_the_limit_is_recorded_as_out_of_memory_and_the_others_stand()
    {
        var (exit, output, error) = Run("time", "looped-full@micro", "--loops", "2", "--phases", "prefill", "--batch", "4096", "--lengths", "4,16384", "--blocks", "2",
            "--minimum-block-milliseconds", "1", "--memory-limit", "1GiB", "--device", "cpu", "--threads", "1", "--json");

        Assert.True(exit == 0, error);
        var measurements = JsonDocument.Parse(output).RootElement.GetProperty("measurements");
        Assert.Equal(["finished", "outOfMemory"], measurements.EnumerateArray().Select(item => item.GetProperty("outcome").GetString()));
        Assert.Contains("allocate", measurements[1].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Training_beyond_the_limit_ends_as_out_of_memory()
    {
        var (exit, output, error) = Run("train", "looped-full@micro", "--suite", "mqar", "--set", "length=16", "pairs=2", "vocabulary=16", "--batch", "100000", "--steps", "1",
            "--checkpoint", Path.Combine(folder, "model"), "--memory-limit", "1GiB", "--device", "cpu", "--threads", "1", "--json");

        Assert.True(exit == 3, error);
        Assert.Equal("outOfMemory", JsonDocument.Parse(output).RootElement.GetProperty("outcome").GetString());
    }

    [Fact]
    public void A_longer_sequence_has_a_higher_peak_in_its_own_process()
    {
        var (exit, output, error) = Run("time", "looped-full@micro", "--loops", "1", "--phases", "prefill", "--batch", "64", "--lengths", "2048,4", "--blocks", "2",
            "--minimum-block-milliseconds", "1", "--memory", "--device", "cpu", "--threads", "1", "--json");

        Assert.True(exit == 0, error);
        var peaks = JsonDocument.Parse(output).RootElement.GetProperty("measurements").EnumerateArray().Select(item => item.GetProperty("peakMemoryBytes").GetInt64()).ToList();

        // 64 × 2,048 residual streams of 32 float32 numbers are 16 MiB, and a layer holds several of them.
        Assert.True(peaks[0] > peaks[1] + (32L << 20), $"{peaks[0]} after {peaks[1]}");
    }

    [Fact]
    public void A_limit_that_is_none_is_refused_with_the_reason()
    {
        var (exit, _, error) = Lt2.Run("time", "looped-full@micro", "--memory-limit", "lots");

        Assert.Equal(2, exit);
        Assert.Contains("'lots' is no amount of memory", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "lt2"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.TrimEnd().Split('\n')[^1], error.GetAwaiter().GetResult());
    }
}
