using System.Globalization;
using LT2.Eval.Models.Runtime.Cuda;
using TorchSharp;

namespace LT2.Eval.Models.Runtime;

/// <summary>A device that was proved by a computation.</summary>
public sealed class ComputeDevice
{
    ComputeDevice(torch.Device torchDevice, string name) => (TorchDevice, Name) = (torchDevice, name);

    /// <summary>The device in TorchSharp's terms.</summary>
    public torch.Device TorchDevice { get; }

    /// <summary><c>cpu</c>, or <c>cuda:N</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it is a CUDA device.</summary>
    public bool IsCuda => TorchDevice.type == DeviceType.CUDA;

    /// <summary>The CPU, always there.</summary>
    public static ComputeDevice Cpu => Resolve("cpu");

    /// <summary>Turns a user's word into a device: <c>auto</c> (CUDA where it works, else CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <exception cref="ModelException">An unknown word, or a device that is absent or fails a small computation.</exception>
    public static ComputeDevice Resolve(string name)
    {
        TorchRuntime.EnsureLoaded();
        switch (name)
        {
            case "cpu": return new ComputeDevice(torch.CPU, "cpu");
            case "auto": return CudaProbe.TryInitialise(out _) ? Cuda(0) : Resolve("cpu");
            case "cuda": return Cuda(0);
        }
        if (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return Cuda(index);
        throw new ModelException($"Unknown device '{name}'. Use auto, cpu, cuda or cuda:N.");
    }

    /// <summary>Waits until everything issued to the device is done.</summary>
    public void Synchronise()
    {
        if (!IsCuda) return;
        lock (CudaGraph.CaptureGate) torch.cuda.synchronize(TorchDevice);
    }

    static ComputeDevice Cuda(int index)
    {
        if (!CudaProbe.TryInitialise(out var reason))
            throw new ModelException($"CUDA is {reason}. Use --device cpu, or give a libtorch with CUDA: -p:Torch=cuda, or {NativeLibraries.FolderVariable}.");
        if (index >= torch.cuda.device_count())
            throw new ModelException($"There is no device cuda:{index}: this machine has {torch.cuda.device_count()} CUDA device(s).");
        var device = new torch.Device(DeviceType.CUDA, index);
        CudaProbe.Prove(device);
        return new ComputeDevice(device, $"cuda:{index.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
