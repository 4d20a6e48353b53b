using System.Globalization;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models;
using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Harness.Cluster.Workers;

/// <summary>The devices of worker processes, as <c>--devices</c> names them: <c>all</c>, <c>0,1</c>, <c>cuda:0,cuda:1</c> or <c>cpu</c>.</summary>
internal static class DeviceList
{
    /// <summary>Resolves the list: one entry a worker process. Loads libtorch for <c>all</c> alone.</summary>
    /// <param name="text">What the user typed.</param>
    /// <param name="workersPerDevice">Worker processes on each device.</param>
    /// <exception cref="PlanException">A word that names no device, or no device at all.</exception>
    public static IReadOnlyList<string> Resolve(string text, int workersPerDevice)
    {
        var names = text == "all"
            ? AllCuda()
            : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Name)];
        if (names.Count == 0)
        {
            throw new PlanException($"--devices '{text}' names no device. Write all, a list such as 0,1, or cpu.");
        }

        return [.. Enumerable.Repeat(names, Math.Max(1, workersPerDevice)).SelectMany(each => each)];
    }

    private static string Name(string word) => word == "cpu" ? word
        : int.TryParse(word.StartsWith("cuda:", StringComparison.Ordinal) ? word[5..] : word, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? string.Create(CultureInfo.InvariantCulture, $"cuda:{index}")
            : throw new PlanException($"--devices: '{word}' is no device. Write all, a list of GPU numbers such as 0,1, or cpu.");

    private static List<string> AllCuda()
    {
        try
        {
            ComputeDevice.Resolve("cuda");
        }
        catch (ModelException error)
        {
            throw new PlanException($"--devices all: {error.Message} On a CPU: --devices cpu --workers N.");
        }

        return [.. Enumerable.Range(0, TorchSharp.torch.cuda.device_count()).Select(index => Name(index.ToString(CultureInfo.InvariantCulture)))];
    }
}
