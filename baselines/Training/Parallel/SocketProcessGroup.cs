using static TorchSharp.torch;

namespace LT2.Eval.Models.Training.Parallel;

/// <summary>Sums over sockets, at process 0 and in the order of ranks: the same bits on every process and in every run. For CPUs, and small models.</summary>
/// <param name="rendezvous">The connections; this owns them.</param>
public sealed class SocketProcessGroup(Rendezvous rendezvous) : IProcessGroup
{
    /// <inheritdoc/>
    public int Rank => rendezvous.Rank;

    /// <inheritdoc/>
    public int Size => rendezvous.Size;

    /// <inheritdoc/>
    public string Description => $"{Size} processes over sockets";

    /// <inheritdoc/>
    public void AllReduceSum(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = Host(tensor);
        if (Rank == 0)
        {
            var other = empty_like(flat);
            for (var rank = 1; rank < Size; rank++)
            {
                rendezvous.Exchange(rank, other.bytes);
                flat.add_(other);
            }
        }
        else
        {
            rendezvous.Exchange(0, flat.bytes);
        }
        rendezvous.Spread(flat.bytes);
        tensor.copy_(flat.view(tensor.shape));
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = Host(tensor);
        rendezvous.Spread(flat.bytes);
        if (Rank != 0) tensor.copy_(flat.view(tensor.shape));
    }

    /// <inheritdoc/>
    public byte[] BroadcastBytes(byte[]? fromFirst) => rendezvous.Broadcast(fromFirst);

    /// <inheritdoc/>
    public bool Any(bool flag)
    {
        var all = rendezvous.Gather([flag ? (byte)1 : (byte)0]);
        return rendezvous.Broadcast(Rank == 0 ? [all.Any(each => each[0] == 1) ? (byte)1 : (byte)0] : null)[0] == 1;
    }

    // A copy: views that share storage with others would be written through.
    static Tensor Host(Tensor tensor) => tensor.detach().cpu().contiguous().clone().flatten();

    /// <inheritdoc/>
    public void Dispose() => rendezvous.Dispose();
}
