using static TorchSharp.torch;

namespace LT2.Eval.Models.Training.Parallel;

/// <summary>Processes that train one model together. Every process makes the same calls in the same order.</summary>
public interface IProcessGroup : IDisposable
{
    /// <summary>This process, from 0.</summary>
    int Rank { get; }

    /// <summary>Processes.</summary>
    int Size { get; }

    /// <summary>What carries the numbers, for records.</summary>
    string Description { get; }

    /// <summary>Replaces a dense tensor by the sum over all processes; the same bits everywhere. On CUDA it is issued on the thread's current stream and not waited for.</summary>
    void AllReduceSum(Tensor tensor);

    /// <summary>Replaces a dense tensor by that of process 0.</summary>
    void Broadcast(Tensor tensor);

    /// <summary>Bytes of process 0; others pass null.</summary>
    byte[] BroadcastBytes(byte[]? fromFirst);

    /// <summary>Whether the flag is set in any process; waits for all of them.</summary>
    bool Any(bool flag);
}
