using System.Runtime.InteropServices;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>
/// Decode steps as CUDA graphs: one for each context bucket, from a shared pool, over a state whose tensors stay where they are. Token and position lie in device memory;
/// a step costs one launch and reads nothing back. Where steps cannot be captured they run eagerly, and <see cref="Execution"/> says why. Results are those of
/// <see cref="LoopedModel.Advance"/>.
/// </summary>
public sealed class CapturedDecode : IDisposable
{
    const int SmallestBucket = 512, BucketGrowth = 4, WarmUps = 2;

    readonly LoopedModel model;
    readonly Dictionary<int, CudaGraph> graphs = [];
    readonly GraphPool pool = new();
    readonly Tensor ids, positions, tickets, logits;
    IReadOnlyList<int>? onDevice; // what the positions hold
    string? obstacle;

    /// <summary>Takes a state of the model; whatever advances it later, its tensors stay in place.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The state, which stays the caller's.</param>
    /// <param name="forceEager">Captures nothing.</param>
    public CapturedDecode(LoopedModel model, LoopState state, bool forceEager = false)
    {
        (this.model, State) = (model, state);
        obstacle = CudaGraph.Problem(model.Device) ?? (forceEager ? "eager execution was asked for" : null);
        var device = model.Device.TorchDevice;
        ids = zeros([state.BatchSize, 1], ScalarType.Int64, device).DetachFromDisposeScope();
        positions = zeros([state.BatchSize], ScalarType.Int64, device).DetachFromDisposeScope();
        tickets = SequencePositions.NewTickets(state.BatchSize, device).DetachFromDisposeScope();
        logits = zeros([state.BatchSize, 1, model.Definition.VocabularySize], model.ElementType, device).DetachFromDisposeScope();
        state.KeepsAddresses = obstacle is null;
    }

    /// <summary>The state; prefill it with <see cref="LoopedModel.Advance"/>, start over with <see cref="LoopState.Clear"/>.</summary>
    public LoopState State { get; }

    /// <summary><c>CUDA graph</c>, or <c>eager: </c> and the reason.</summary>
    public string Execution => obstacle is null ? "CUDA graph" : "eager: " + obstacle;

    /// <summary>Reads one token a row.</summary>
    /// <param name="next">[B, 1], int64.</param>
    /// <returns>Logits, [B, 1, V]; their values hold until the next step.</returns>
    /// <exception cref="ModelException">The state is full.</exception>
    public Tensor Step(Tensor next)
    {
        model.Require(next, State);
        if (obstacle is not null || Graph() is not { } graph) return model.Advance(next, State);
        ids.copy_(next);
        MovePositions();
        graph.Replay();
        State.Advance(1);
        onDevice = State.Offsets;
        return logits.alias();
    }

    CudaGraph? Graph()
    {
        var bucket = SmallestBucket;
        while (bucket <= State.Offsets.Max()) bucket *= BucketGrowth;
        bucket = Math.Min(bucket, State.MaximumLength);
        if (graphs.TryGetValue(bucket, out var known)) return known;
        using var mark = State.Mark();
        try
        {
            MovePositions();
            var runs = 0;
            return graphs[bucket] = CudaGraph.Capture(model.Device, () => Work(bucket, advance: ++runs > WarmUps), pool, WarmUps);
        }
        catch (Exception error) when (error is ExternalException or CudaException && !error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            obstacle = $"the step could not be captured ({error.Message.Split('\n', 2)[0].Trim()})";
            State.KeepsAddresses = false;
            return null;
        }
        finally
        {
            mark.Return();
        }
    }

    // Warm-ups stay at their position: past it there may be no room.
    void Work(int bucket, bool advance)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var where = new SequencePositions([.. Enumerable.Repeat(bucket - 1, State.BatchSize)]) { OnDevice = positions, Tickets = tickets };
        logits.copy_(model.DecodeAt(where, ids, State));
        if (advance) positions.add_(1);
    }

    void MovePositions()
    {
        if (onDevice is not null && onDevice.SequenceEqual(State.Offsets)) return;
        using var scope = NewDisposeScope();
        positions.copy_(tensor(State.Offsets.Select(offset => (long)offset).ToArray()));
        onDevice = State.Offsets;
    }

    /// <summary>Gives graphs and their memory back.</summary>
    public void Dispose()
    {
        foreach (var graph in graphs.Values) graph.Dispose();
        graphs.Clear();
        foreach (var tensor in (Tensor[])[ids, positions, tickets, logits]) tensor.Dispose();
    }
}
