using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// The decode state of one mixer at one (loop, layer), for a batch: named tensors whose first axis is the sequence, so rows can be copied, repeated and joined
/// without knowing the mixer. Owns its tensors: they live outside every dispose scope until replaced or disposed of.
/// </summary>
public sealed class MixerState : IDisposable
{
    readonly SortedDictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
    readonly HashSet<string> contextCaches;

    MixerState(HashSet<string> contextCaches) => this.contextCaches = contextCaches;

    /// <summary>Zeros, as at the start of a sequence.</summary>
    public static MixerState Zeros(MixerDescription description, int batch, int capacityTokens, Device device, ScalarType elementType)
    {
        var state = new MixerState([.. description.State.Where(tensor => tensor.GrowsWithContext && tensor.TokenLimit is null).Select(tensor => tensor.Name)]);
        foreach (var tensor in description.State)
            state[tensor.Name] = zeros(tensor.ShapeFor(batch, capacityTokens), tensor.Single && elementType != ScalarType.Float64 ? ScalarType.Float32 : elementType, device);
        return state;
    }

    /// <summary>Adds a tensor that the mixer does not know, in zeros: what a feed-forward of the same layer keeps.</summary>
    internal void Add(StateTensorDescription tensor, int batch, Device device, ScalarType elementType) => this[tensor.Name] = zeros(tensor.ShapeFor(batch, 1), elementType, device);

    /// <summary>Whether setting a tensor copies into the one that is there, so that work recorded once finds every tensor where it was.</summary>
    public bool KeepsAddresses { get; set; }

    /// <summary>
    /// A tensor by its name in the description. Setting hands the tensor over: it leaves its dispose scope, and the one it replaces is disposed of.
    /// Where addresses are kept it is copied instead and stays the caller's.
    /// </summary>
    public Tensor this[string name]
    {
        get => tensors[name];
        set
        {
            if (tensors.TryGetValue(name, out var old))
            {
                if (ReferenceEquals(old, value)) return;
                if (KeepsAddresses)
                {
                    old.copy_(value);
                    return;
                }
                old.Dispose();
            }
            tensors[name] = value.DetachFromDisposeScope();
        }
    }

    /// <summary>Names in order.</summary>
    public IEnumerable<string> Names => tensors.Keys;

    /// <summary>Names of the tensors that a token changes as a whole. In the others (caches of the whole context) it only fills its own entry.</summary>
    internal IEnumerable<string> Overwritten => tensors.Keys.Where(name => !contextCaches.Contains(name));

    /// <summary>Bytes held.</summary>
    public long Bytes => tensors.Values.Sum(tensor => tensor.NumberOfElements * tensor.ElementSize);

    /// <summary>The given rows, copied; a row may be named several times.</summary>
    public MixerState Rows(IReadOnlyList<int> rows)
    {
        var copy = new MixerState(contextCaches);
        foreach (var (name, tensor) in tensors)
        {
            using var index = tensor_(rows, tensor.device);
            copy[name] = tensor.index_select(0, index);
        }
        return copy;
    }

    /// <summary>Overwrites the given rows with those of another state, in order.</summary>
    internal void SetRows(IReadOnlyList<int> rows, MixerState values)
    {
        foreach (var (name, tensor) in tensors)
        {
            using var index = tensor_(rows, tensor.device);
            tensor.index_copy_(0, index, values[name]);
        }
    }

    /// <summary>The rows of several states one after another.</summary>
    public static MixerState Join(IReadOnlyList<MixerState> states)
    {
        var joined = new MixerState(states[0].contextCaches);
        foreach (var name in states[0].Names) joined[name] = cat([.. states.Select(state => state[name])], 0);
        return joined;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in tensors.Values) tensor.Dispose();
        tensors.Clear();
    }

    static Tensor tensor_(IReadOnlyList<int> rows, Device device) => tensor(rows.Select(row => (long)row).ToArray(), device: device);
}
