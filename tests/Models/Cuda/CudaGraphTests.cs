using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

public sealed class CudaGraphTests
{
    [Fact]
    public void Off_cuda_the_work_runs_eagerly_and_the_note_says_why()
    {
        var runs = 0;
        using var graph = CudaGraph.Capture(ComputeDevice.Cpu, () => runs++, warmUps: 2);
        graph.Replay();
        Assert.Equal(3, runs);
        Assert.False(graph.IsCaptured);
        Assert.Contains("CUDA devices only", graph.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_check_of_a_cuda_device_passes()
    {
        var device = Gpu.Require();
        Assert.All(CudaChecks.Run(device), check => Assert.True(check.Passed, $"{check.Name}: {check.Detail}"));
    }

    [Fact]
    public void Off_cuda_one_row_says_whether_there_is_cuda_and_if_not_what_that_costs_and_what_to_do()
    {
        var row = Assert.Single(CudaChecks.Run(ComputeDevice.Cpu));
        Assert.Equal(("CUDA", ComputeDevice.Resolve("auto").IsCuda), (row.Name, row.Passed));
        Assert.Equal(row.Passed, row.Cost is null);
        Assert.Equal(row.Passed, row.Remedy is null);
    }

    [Fact]
    public void A_replay_reads_new_inputs_and_equals_the_eager_result()
    {
        var device = Gpu.Require();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var x = randn(64, 64, device: device.TorchDevice);
        var w = randn(64, 64, device: device.TorchDevice);
        var y = zeros(64, 64, device: device.TorchDevice);
        void Work()
        {
            using var inner = NewDisposeScope();
            y.copy_(x.matmul(w).relu().matmul(w));
        }
        using var graph = CudaGraph.Capture(device, Work);
        Assert.True(graph.IsCaptured, graph.Note);
        x.copy_(randn(64, 64, device: device.TorchDevice));
        graph.Replay();
        Assert.True(y.allclose(x.matmul(w).relu().matmul(w), 1e-5, 1e-5));
    }

    [Fact]
    public void Allocations_of_another_thread_neither_fail_nor_break_a_capture()
    {
        var device = Gpu.Require();
        using var stop = new CancellationTokenSource();
        var other = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var scope = NewDisposeScope();
                _ = randn(1 + Environment.TickCount % 977, 513).to(device.TorchDevice).mul(2).sum().cpu();
            }
        });
        other.Start();
        try
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var pool = new GraphPool();
            var x = ones(1000, device: device.TorchDevice);
            for (var round = 0; round < 10; round++)
            {
                x.fill_(1);
                using var graph = CudaGraph.Capture(device, () =>
                {
                    using var inner = NewDisposeScope();
                    for (var i = 0; i < 50; i++) x.copy_(x.mul(1).add(1));
                }, pool, warmUps: 1);
                graph.Replay();
                Assert.Equal(101, x[0].cpu().item<float>());
            }
        }
        finally
        {
            stop.Cancel();
            other.Join();
        }
    }

    [Fact]
    public void Events_measure_device_time_in_order()
    {
        var device = Gpu.Require();
        using var scope = NewDisposeScope();
        using var start = new CudaEvent();
        using var middle = new CudaEvent();
        using var end = new CudaEvent();
        var x = randn(4096, 4096, device: device.TorchDevice);
        start.Record();
        _ = x.matmul(x);
        middle.Record();
        for (var i = 0; i < 4; i++) _ = x.matmul(x);
        end.Record();
        Assert.InRange(middle.MillisecondsSince(start), 0, end.MillisecondsSince(start));
    }

    [Fact]
    public void The_peak_from_outside_sees_what_torch_allocates()
    {
        var device = Gpu.Require();
        using var management = NvmlDevice.Open();
        using var sampler = new PeakMemorySampler(management);
        using (zeros(1L << 30, ScalarType.Byte, device.TorchDevice)) device.Synchronise();
        Assert.InRange(sampler.PeakBytes - sampler.StartBytes, 900L << 20, 4L << 30);
    }

    [Fact]
    public void Cached_memory_goes_back_to_the_driver_and_what_is_in_use_stays()
    {
        var device = Gpu.Require();
        using var kept = ones(1 << 20, device: device.TorchDevice);
        empty(1L << 30, ScalarType.Byte, device.TorchDevice).Dispose();
        var before = CudaMemory.Read().FreeBytes;
        CachedMemory.GiveBack(device);
        Assert.True(CudaMemory.Read().FreeBytes >= before + (1L << 30));
        Assert.Equal(1 << 20, kept.sum().item<float>());
    }
}
