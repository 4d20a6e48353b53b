using System.Runtime.InteropServices;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Training.Parallel;

/// <summary>One GPU a process, joined by NCCL over NVLink, PCIe or the network; the first agreement and the stop flag go over the rendezvous.</summary>
public sealed unsafe class NcclProcessGroup : IProcessGroup
{
    readonly SocketProcessGroup control;
    readonly int device;
    readonly int version;
    nint communicator;

    /// <summary>Joins; returns when every process has.</summary>
    /// <param name="rendezvous">The connections; this owns them.</param>
    /// <param name="device">This process's GPU, another one for each process.</param>
    /// <exception cref="ModelException">NCCL is not there.</exception>
    public NcclProcessGroup(Rendezvous rendezvous, ComputeDevice device)
    {
        control = new SocketProcessGroup(rendezvous);
        this.device = Math.Max(device.TorchDevice.index, 0);
        var nccl = NcclLibrary.Loaded;
        if (nccl.Problem is { } problem) throw new ModelException($"Several GPUs need NCCL: {problem}.");
        CudaContext.MakeCurrent(this.device);
        var id = default(NcclLibrary.UniqueId);
        if (Rank == 0) nccl.Check(nccl.GetUniqueId(&id), "Making a group of GPUs");
        var bytes = rendezvous.Broadcast(Rank == 0 ? new ReadOnlySpan<byte>(&id, sizeof(NcclLibrary.UniqueId)).ToArray() : null);
        id = MemoryMarshal.Read<NcclLibrary.UniqueId>(bytes);
        nint joined;
        nccl.Check(nccl.CommInitRank(&joined, Size, id, Rank), $"Joining {Size} GPUs as rank {Rank}");
        communicator = joined;
        int read;
        nccl.Check(nccl.GetVersion(&read), "Asking NCCL for its version");
        version = read;
    }

    /// <inheritdoc/>
    public int Rank => control.Rank;

    /// <inheritdoc/>
    public int Size => control.Size;

    /// <inheritdoc/>
    public string Description => FormattableString.Invariant($"{Size} GPUs over NCCL {version / 10000}.{version / 100 % 100}.{version % 100}");

    /// <inheritdoc/>
    public void AllReduceSum(Tensor tensor)
    {
        var address = Dense(tensor);
        var nccl = NcclLibrary.Loaded;
        nccl.Check(nccl.AllReduce(address, address, (nuint)tensor.NumberOfElements, Type(tensor), NcclLibrary.Sum, communicator, CudaStream.CurrentHandle(device)), "Summing over GPUs");
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor tensor)
    {
        var address = Dense(tensor);
        var nccl = NcclLibrary.Loaded;
        var count = (nuint)(tensor.NumberOfElements * tensor.element_size());
        nccl.Check(nccl.Broadcast(address, address, count, NcclLibrary.Uint8, 0, communicator, CudaStream.CurrentHandle(device)), "Copying to all GPUs");
    }

    /// <inheritdoc/>
    public byte[] BroadcastBytes(byte[]? fromFirst) => control.BroadcastBytes(fromFirst);

    /// <inheritdoc/>
    public bool Any(bool flag) => control.Any(flag);

    nint Dense(Tensor tensor)
    {
        if (!tensor.is_contiguous()) throw new ArgumentException("Only dense tensors are reduced.", nameof(tensor));
        CudaContext.MakeCurrent(device);
        return KernelArgument.Address(tensor);
    }

    static int Type(Tensor tensor) => tensor.dtype switch
    {
        ScalarType.BFloat16 => NcclLibrary.BFloat16,
        ScalarType.Float32 => NcclLibrary.Float32,
        ScalarType.Float64 => NcclLibrary.Float64,
        var other => throw new ArgumentException($"{other} is not summed over processes.", nameof(tensor)),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (communicator != 0) NcclLibrary.Loaded.CommDestroy(communicator);
        communicator = 0;
        control.Dispose();
    }
}
