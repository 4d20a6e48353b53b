using System.Diagnostics;
using System.Globalization;

namespace LT2.Eval.Harness.Cluster;

/// <summary>
/// Which GPUs a child process sees, and in which order (<c>CUDA_VISIBLE_DEVICES</c>). A child's own GPU is always its first, so that libraries that mean "the current
/// device" mean the right one.
/// </summary>
internal static class VisibleDevices
{
    private const string Variable = "CUDA_VISIBLE_DEVICES";

    /// <summary>Lets the child see one GPU alone.</summary>
    /// <param name="start">The child.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <returns>The device as the child has to name it.</returns>
    public static string Only(ProcessStartInfo start, string device) => Set(start, device, visible => visible[..1]);

    /// <summary>Lets the child see its own GPU first and the others behind it: NCCL reaches over NVLink only what a process sees.</summary>
    /// <returns>The device as the child has to name it.</returns>
    public static string First(ProcessStartInfo start, string device) => Set(start, device, visible => visible);

    private static string Set(ProcessStartInfo start, string device, Func<string[], IEnumerable<string>> choose)
    {
        if (!device.StartsWith("cuda:", StringComparison.Ordinal))
        {
            return device;
        }

        var index = int.Parse(device["cuda:".Length..], CultureInfo.InvariantCulture);
        var visible = (start.Environment.TryGetValue(Variable, out var value) ? value : null)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            ?? [.. Enumerable.Range(0, Math.Max(index + 1, TorchSharp.torch.cuda.device_count())).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        if (index >= visible.Length)
        {
            return device; // not there: the child says so
        }

        start.Environment[Variable] = string.Join(',', choose([visible[index], .. visible.Where((_, place) => place != index)]));
        return "cuda:0";
    }
}
