using LT2.Eval.Harness.Execution;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Timing;

/// <summary>
/// The canary workload: one matrix product and one copy by libtorch alone, always of the same size on a kind of device. No code of
/// this project is in it, so when it moves, the host moved. Changing anything here means raising <see cref="Plans.CanaryCell.WorkloadVersion"/>.
/// </summary>
/// <param name="clock">Source of time stamps.</param>
public sealed class CanarySession(TimeProvider clock)
{
    private const int BlockCount = 5;

    private const double MinimumBlockMilliseconds = 100;

    /// <summary>Rows and columns of the matrices: about 20 ms on two cores, and some milliseconds on a data-centre GPU.</summary>
    private static int MatrixSize(ComputeDevice device) => device.IsCuda ? 4096 : 1024;

    private static long CopiedBytes(ComputeDevice device) => (device.IsCuda ? 512L : 64L) << 20;

    /// <summary>Measures phases <c>matmul</c> and <c>copy</c>; <see cref="TimingMeasurement.SequenceLength"/> is 0, since there are no tokens.</summary>
    public TimingReport Measure(string deviceName, int? threadCount)
    {
        if (threadCount is { } threads)
        {
            TorchRuntime.SetThreads(threads);
        }

        var device = ComputeDevice.Resolve(deviceName);
        var size = MatrixSize(device);
        using var watch = new HostWatch(device);
        var timer = new BlockTimer(clock, device.Synchronise, watch);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var left = ones([size, size], ScalarType.Float32, device.TorchDevice);
        var right = ones([size, size], ScalarType.Float32, device.TorchDevice);
        var product = empty([size, size], ScalarType.Float32, device.TorchDevice);
        var source = ones([CopiedBytes(device) / sizeof(float)], ScalarType.Float32, device.TorchDevice);
        var target = empty_like(source);
        return new TimingReport(HostClassName.Of(device), "libtorch",
        [
            TimingMeasurement.Of("matmul", 0, timer.Measure(() => product.addmm_(left, right, beta: 0), BlockCount, MinimumBlockMilliseconds)),
            TimingMeasurement.Of("copy", 0, timer.Measure(() => target.copy_(source), BlockCount, MinimumBlockMilliseconds)),
        ]);
    }
}
