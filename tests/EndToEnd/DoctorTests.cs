using System.Diagnostics;
using System.Text.Json;

namespace LT2.Eval.EndToEnd.Tests;

public sealed class DoctorTests
{
    [Fact]
    public void The_cpu_is_proved_and_what_is_missing_says_what_it_costs_and_what_to_do()
    {
        var (exit, output, _) = Lt2.Run("doctor", "--device", "cpu");

        Assert.Equal(0, exit);
        foreach (var name in (string[])["float32", "float64", "bfloat16", "automatic differentiation", "scaled dot-product attention"])
        {
            Assert.Contains($"\nok      {name} ", output, StringComparison.Ordinal);
        }

        Assert.Contains("cpu works", output, StringComparison.Ordinal);
        if (output.Contains("missing CUDA", StringComparison.Ordinal))
        {
            Assert.Contains("costs: ", output, StringComparison.Ordinal);
            Assert.Contains("to do: ", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Json_has_versions_and_checks_on_one_line()
    {
        var (_, output, _) = Lt2.Run("doctor", "--device", "cpu", "--json");

        var root = JsonDocument.Parse(Assert.Single(output.TrimEnd().Split('\n'))).RootElement;
        Assert.True(root.GetProperty("usable").GetBoolean());
        var environment = root.GetProperty("environment");
        Assert.Matches(@"^\d+\.\d+", environment.GetProperty("libtorch").GetString()!);
        foreach (var field in (string[])["program.version", "program.build", "dotnet.version", "host.cpu", "TorchSharp", "libtorch from", "now.memoryAvailable"])
        {
            Assert.NotEqual("", environment.GetProperty(field).GetString());
        }

        Assert.All(root.GetProperty("checks").EnumerateArray(), check =>
            Assert.True(check.GetProperty("passed").GetBoolean() || check.GetProperty("cost").GetString() is { Length: > 0 }));
    }

    [Fact]
    public void A_cuda_device_that_is_not_there_is_a_finding_beside_the_environment()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "lt2"), ["doctor", "--device", "cuda"]) { RedirectStandardOutput = true };
        start.Environment["CUDA_VISIBLE_DEVICES"] = "";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(3, process.ExitCode);
        Assert.Contains("FAILED  CUDA", output, StringComparison.Ordinal);
        Assert.Contains("program.version", output, StringComparison.Ordinal);
        Assert.Contains("cuda cannot be used", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_that_names_no_device_is_a_mistake_of_usage() => Assert.Equal(2, Lt2.Run("doctor", "--device", "gpu").ExitCode);

    [Theory]
    [InlineData("float33", "There is no dtype 'float33'")]
    [InlineData("tfloat32", "exists on CUDA only")]
    public void A_dtype_that_cannot_be_had_is_refused_before_anything_runs(string dtype, string why)
    {
        var (exit, _, error) = Lt2.Run("time", "looped-full@micro", "--dtype", dtype, "--device", "cpu", "--lengths", "8");

        Assert.Equal(2, exit);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }
}
