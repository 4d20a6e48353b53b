using System.Text.Json;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary><c>lt2 train --devices</c>: several processes train one model as one process would.</summary>
public sealed class DataParallelTrainTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-train-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Two_processes_train_as_one_and_one_checkpoint_is_left()
    {
        var alone = Train("alone", 0, "--device", "cpu");
        var accumulated = Train("accumulated", 0, "--device", "cpu", "--gradient-accumulation-steps", "2");
        var together = Train("together", 0, "--devices", "cpu", "--workers", "2", "--reduce", "DuringBackward");
        Same(alone, accumulated);
        Same(alone, together);
        Assert.Contains("2 processes over sockets, gradients summed during the backward pass", together.GetProperty("execution").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["accumulated", "alone", "together"], Directory.EnumerateDirectories(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void When_one_process_cannot_train_all_end_and_the_reason_is_shown()
    {
        using var process = Lt2.Start("train", "looped-full@micro", "--suite", "mqar", "--set", "length=16", "pairs=2", "vocabulary=16", "--steps", "4", "--batch", "9",
            "--checkpoint", Path.Combine(folder, "never"), "--devices", "cpu", "--workers", "2");
        process.WaitForExit();
        Assert.Equal(2, process.ExitCode);
        Assert.False(Directory.Exists(Path.Combine(folder, "never")));
    }

    private JsonElement Train(string name, int expectedExit, params string[] devices)
    {
        var (exit, output, error) = Lt2.Run([
            "train", "lt2-gdn@micro", "--suite", "mqar", "--set", "length=16", "pairs=2", "vocabulary=16", "--steps", "25", "--batch", "8", "--threads", "1", "--json",
            "--checkpoint", Path.Combine(folder, name), .. devices]);
        Assert.True(exit == expectedExit, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static void Same(JsonElement expected, JsonElement actual)
    {
        Assert.Equal(expected.GetProperty("validationLoss").GetDouble(), actual.GetProperty("validationLoss").GetDouble(), 1e-3);
        var points = expected.GetProperty("points").EnumerateArray().Zip(actual.GetProperty("points").EnumerateArray()).ToList();
        Assert.Equal([1, 20, 25], points.Select(pair => pair.Second.GetProperty("step").GetInt32()));
        Assert.All(points, pair => Assert.Equal(pair.First.GetProperty("loss").GetDouble(), pair.Second.GetProperty("loss").GetDouble(), 1e-3));
        Assert.All(points, pair => Assert.Equal(pair.First.GetProperty("tokens").GetInt64(), pair.Second.GetProperty("tokens").GetInt64()));
    }
}
