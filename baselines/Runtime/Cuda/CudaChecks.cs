using System.Globalization;
using System.Runtime.InteropServices;
using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>What a CUDA device can do here, each proved by a computation: what <c>doctor</c> prints.</summary>
public static class CudaChecks
{
    /// <summary>Runs every check; a failure says what it costs and what to do. On another device: why there is no CUDA, or that it was not asked for.</summary>
    public static IReadOnlyList<DeviceCheck> Run(ComputeDevice device)
    {
        if (!device.IsCuda)
            return [CudaProbe.Absence(required: false) ?? new("CUDA", true, false, $"there; not proved, since the device is {device.Name}")];
        var index = Math.Max(device.TorchDevice.index, 0);
        return
        [
            Check("GPU", "figures cannot name the GPU", "see what nvidia-smi says", () =>
            {
                var facts = CudaDeviceFacts.Of(index);
                var memory = CudaMemory.Read(index);
                return string.Create(CultureInfo.InvariantCulture,
                    $"{facts.Name}, {facts.Architecture}, {facts.MultiprocessorCount} multiprocessors, {memory.TotalBytes / 1e9:F1} GB ({memory.FreeBytes / 1e9:F1} free), driver for CUDA {facts.DriverVersion / 1000}.{facts.DriverVersion % 1000 / 10}");
            }),
            Check("float16", "imported float16 checkpoints are converted on the host", null, () => Product(device, ScalarType.Float16)),
            Check("flash SDPA", "attention over long sequences needs memory for the whole score matrix", "take a GPU of compute capability 8.0 or higher and a libtorch built for it",
                () => FlashAttention(device)),
            Check("CUDA graphs", "steps run eagerly, about 10 µs a launch: several times slower for small models and decoding", "take a libtorch of version 2.10 or 2.11", () => Graph(device)),
            Check("NVRTC", "small operations stay unfused, and linear-time mixers run as chains of plain operations",
                "put the folder of libnvrtc.so.12 or .13 (CUDA toolkit, or nvidia/*/lib beside PyTorch) into LD_LIBRARY_PATH", () => Kernel(device)),
            Check("NVML", "power, energy, clocks, throttling and peak memory stay unknown",
                "libnvidia-ml.so.1 comes with the driver; in a container add utility to NVIDIA_DRIVER_CAPABILITIES", () => Management(index)),
            Check("NCCL", "one model cannot be trained on several GPUs (lt2 train --devices); one GPU, and plans over several, do without it",
                "it comes with PyTorch (nvidia/nccl/lib); set LT2_NCCL to the path of libnccl.so.2", () => Collectives(device, index)),
        ];
    }

    static DeviceCheck Check(string name, string cost, string? remedy, Func<string> prove)
    {
        try
        {
            return new(name, true, false, prove());
        }
        catch (Exception error) when (error is ModelException or CudaException or ExternalException or DllNotFoundException or EntryPointNotFoundException)
        {
            return new(name, false, false, error.Message.Split('\n', 2)[0].Trim().TrimEnd('.'), cost, remedy);
        }
    }

    static string Product(ComputeDevice device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var a = arange(64, device: device.TorchDevice).to(type).unsqueeze(1).expand(64, 64).contiguous();
        var sum = a.matmul(ones(64, 64, type, device.TorchDevice)).to(ScalarType.Float32).sum().cpu().item<float>();
        return Math.Abs(sum - 64f * 64 * 2016) < 64f * 64 * 16 ? "product of 64 × 64 matrices is right"
            : throw new ModelException(FormattableString.Invariant($"a {type} product sums to {sum}, not {64 * 64 * 2016}."));
    }

    /// <summary>Only the flash kernel can serve this length in this memory: the score matrix alone would take 64 GiB.</summary>
    static string FlashAttention(ComputeDevice device)
    {
        const int length = 65536, heads = 8;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var before = CudaMemory.Read(Math.Max(device.TorchDevice.index, 0)).FreeBytes;
        var q = ones(1, heads, length, 64, ScalarType.BFloat16, device.TorchDevice);
        var v = arange(length, ScalarType.Float32, device.TorchDevice).div(length).view(1, 1, length, 1).expand(1, heads, length, 64).to(ScalarType.BFloat16);
        var last = nn.functional.scaled_dot_product_attention(q, q, v, is_casual: true)[0, 0, length - 1, 0].to(ScalarType.Float32).cpu().item<float>();
        var used = before - CudaMemory.Read(Math.Max(device.TorchDevice.index, 0)).FreeBytes;
        if (Math.Abs(last - 0.5) > 0.01) throw new ModelException(FormattableString.Invariant($"causal attention over {length} equal keys averages {last}, not 0.5."));
        return used < 4L << 30 ? string.Create(CultureInfo.InvariantCulture, $"{length} tokens in {used / 1e6:F0} MB")
            : throw new ModelException(FormattableString.Invariant($"causal attention over {length} tokens took {used} bytes: the flash kernel did not run."));
    }

    static string Graph(ComputeDevice device)
    {
        if (CudaGraph.Problem(device) is { } problem) throw new ModelException(problem + ".");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var x = zeros(16, device: device.TorchDevice);
        using var graph = CudaGraph.Capture(device, () => x.add_(1), warmUps: 1);
        var before = x.sum().cpu().item<float>();
        for (var i = 0; i < 3; i++) graph.Replay();
        var change = x.sum().cpu().item<float>() - before;
        return before == 16 && change == 48 ? "captured, and replayed three times with the right result"
            : throw new ModelException(FormattableString.Invariant($"a graph that adds 1 to 16 numbers changed their sum by {change} in three replays, not 48."));
    }

    static string Kernel(ComputeDevice device)
    {
        if (NvrtcCompiler.Problem is { } problem) throw new ModelException(problem + ".");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var x = randn(64, 256, ScalarType.Float32, device.TorchDevice);
        var weight = ones(256, device: device.TorchDevice);
        var error = FusedRmsNorm.Apply(x, weight, 1e-6).sub(x.mul(x.square().mean([-1], keepdim: true).add(1e-6).rsqrt())).abs().max().cpu().item<float>();
        return error < 1e-5 ? $"NVRTC {NvrtcCompiler.Description}; a fused RMSNorm is right"
            : throw new ModelException(FormattableString.Invariant($"a fused RMSNorm is wrong by {error}."));
    }

    static string Management(int index)
    {
        using var device = NvmlDevice.Open(index);
        var now = device.Read();
        return string.Create(CultureInfo.InvariantCulture,
            $"driver {device.DriverVersion}, {now.PowerWatts:F0} of {now.PowerLimitWatts:F0} W, {now.MultiprocessorClockMegahertz} of {now.MaximumMultiprocessorClockMegahertz} MHz, {now.TemperatureCelsius} °C, throttling: {(now.ThrottleReasons.Count == 0 ? "none" : string.Join(", ", now.ThrottleReasons))}");
    }

    /// <summary>A group of this GPU alone sums to what was there; with more GPUs it is the first step of data-parallel training.</summary>
    static unsafe string Collectives(ComputeDevice device, int index)
    {
        var nccl = NcclLibrary.Loaded;
        if (nccl.Problem is { } problem) throw new ModelException(problem + ".");
        using var scope = NewDisposeScope();
        CudaContext.MakeCurrent(index);
        var id = default(NcclLibrary.UniqueId);
        nccl.Check(nccl.GetUniqueId(&id), "Making a group of one GPU");
        nint communicator;
        nccl.Check(nccl.CommInitRank(&communicator, 1, id, 0), "Joining it");
        try
        {
            int version;
            nccl.Check(nccl.GetVersion(&version), "Asking NCCL for its version");
            var x = arange(16, ScalarType.Float32, device.TorchDevice);
            var address = KernelArgument.Address(x);
            nccl.Check(nccl.AllReduce(address, address, 16, NcclLibrary.Float32, NcclLibrary.Sum, communicator, CudaStream.CurrentHandle(index)), "Summing over one GPU");
            var sum = x.sum().cpu().item<float>();
            return sum == 120 ? FormattableString.Invariant($"NCCL {version / 10000}.{version / 100 % 100}.{version % 100}; a sum over one GPU is right")
                : throw new ModelException(FormattableString.Invariant($"a sum over one GPU changed 120 to {sum}."));
        }
        finally
        {
            nccl.CommDestroy(communicator);
        }
    }
}
