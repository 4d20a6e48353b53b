namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>
/// Memory that several graphs share: what one frees during its capture, the next may use. Tensors that outlive a capture (outputs) keep their memory to themselves,
/// so graphs of one pool may be replayed in any order, one at a time.
/// </summary>
public sealed class GraphPool
{
    GraphPoolHandle handle;
    int graphs;

    /// <summary>The pool to capture into. libtorch drops a pool with its last graph, so the next graph then starts a new one.</summary>
    internal unsafe GraphPoolHandle Enter()
    {
        if (graphs++ == 0) handle = TorchCudaExports.Loaded.GraphPoolHandle is null ? default : TorchCudaExports.Loaded.GraphPoolHandle();
        return handle;
    }

    internal void Leave() => graphs--;
}
