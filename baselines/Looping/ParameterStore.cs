using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>
/// All parameters of a model in one flat tensor, those with weight decay first. Leaves are views of it, so an optimiser touches everything with a few operations,
/// and neighbours can be claimed as one matrix.
/// </summary>
public sealed class ParameterStore : IDisposable
{
    readonly Dictionary<string, (ParameterDescription Description, long Offset)> places = new(StringComparer.Ordinal);
    readonly Dictionary<long, (Tensor Leaf, string[] Names)> leaves = [];
    readonly Tensor flat;
    Tensor? flatGradient;

    /// <summary>Allocates zeros for every described parameter.</summary>
    public ParameterStore(IReadOnlyList<ParameterDescription> descriptions, Device device, ScalarType dtype)
    {
        Descriptions = descriptions;
        long offset = 0;
        foreach (var description in descriptions.OrderBy(description => description.NoWeightDecay))
        {
            if (!places.TryAdd(description.Name, (description, offset))) throw new ModelException($"The parameter '{description.Name}' is described twice.");
            offset += description.ElementCount;
            if (!description.NoWeightDecay) DecayedCount = offset;
        }
        flat = zeros(offset, dtype, device).DetachFromDisposeScope();
    }

    /// <summary>What was allocated, in the model's order.</summary>
    public IReadOnlyList<ParameterDescription> Descriptions { get; }

    /// <summary>Every number of the model, [P].</summary>
    public Tensor Flat => flat;

    /// <summary>The first so many elements of <see cref="Flat"/> have weight decay.</summary>
    public long DecayedCount { get; }

    /// <summary>The gradient of <see cref="Flat"/>: allocated by <see cref="AttachGradients"/>.</summary>
    public Tensor Gradient => flatGradient ?? throw new InvalidOperationException("Gradients are not attached.");

    /// <summary>A view of one parameter's storage, outside autograd: for reading and writing values. The caller disposes of it.</summary>
    public Tensor View(string name)
    {
        using var noGrad = no_grad();
        var (description, offset) = places[name];
        return flat.narrow(0, offset, description.ElementCount).view([.. description.Shape.Select(side => (long)side)]);
    }

    /// <summary>The leaf over one parameter or several neighbours, made at the first claim and shared by later ones.</summary>
    internal Tensor Leaf(params string[] names)
    {
        var first = Place(names[0]);
        if (leaves.TryGetValue(first.Offset, out var known))
        {
            if (known.Names.SequenceEqual(names)) return known.Leaf;
            throw new ModelException($"'{names[0]}' is claimed as {string.Join(" + ", names)}, but was already claimed as {string.Join(" + ", known.Names)}.");
        }
        var rows = 0;
        var end = first.Offset;
        foreach (var name in names)
        {
            var (description, offset) = Place(name);
            if (offset != end || description.NoWeightDecay != first.Description.NoWeightDecay || !description.Shape.Skip(1).SequenceEqual(first.Description.Shape.Skip(1)))
                throw new ModelException($"'{name}' cannot be packed behind {string.Join(" + ", names.TakeWhile(n => n != name))}: not a neighbour of the same row shape and weight decay.");
            rows += description.Shape[0];
            end += description.ElementCount;
        }
        long[] shape = [rows, .. first.Description.Shape.Skip(1).Select(side => (long)side)];
        using var scope = NewDisposeScope();
        var leaf = flat.narrow(0, first.Offset, end - first.Offset).view(shape).detach().requires_grad_(true).DetachFromDisposeScope();
        leaves[first.Offset] = (leaf, names);
        return leaf;
    }

    internal bool Has(string name) => places.ContainsKey(name);

    /// <summary>Parameters that nobody claimed: a mixer that describes more than it uses.</summary>
    internal IEnumerable<string> Unclaimed => places.Keys.Except(leaves.Values.SelectMany(leaf => leaf.Names));

    /// <summary>Gives every leaf a gradient that is a view of one flat tensor, so that clearing and reading it is one operation.</summary>
    public void AttachGradients()
    {
        if (flatGradient is not null) return;
        using var scope = NewDisposeScope();
        flatGradient = zeros_like(flat).DetachFromDisposeScope();
        foreach (var (offset, (leaf, _)) in leaves) leaf.grad = flatGradient.narrow(0, offset, leaf.NumberOfElements).view(leaf.shape);
    }

    /// <summary>Where the parameters with such names lie in <see cref="Flat"/>; neighbours are joined.</summary>
    internal IReadOnlyList<(long Offset, long Count)> Ranges(Func<string, bool> isWanted)
    {
        var ranges = new List<(long Offset, long Count)>();
        foreach (var (_, (description, offset)) in places.Where(place => isWanted(place.Key)).OrderBy(place => place.Value.Offset))
        {
            if (ranges.Count > 0 && ranges[^1].Offset + ranges[^1].Count == offset) ranges[^1] = (ranges[^1].Offset, ranges[^1].Count + description.ElementCount);
            else ranges.Add((offset, description.ElementCount));
        }
        return ranges;
    }

    /// <summary>Every number, each element's standard names in order: for hashing, copying, saving.</summary>
    public IEnumerable<string> Names => Descriptions.Select(description => description.Name);

    (ParameterDescription Description, long Offset) Place(string name) => places.TryGetValue(name, out var place)
        ? place
        : throw new ModelException($"There is no parameter '{name}'.{Definitions.NearestName.Hint(name, places.Keys)}");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (leaf, _) in leaves.Values) leaf.Dispose();
        leaves.Clear();
        flatGradient?.Dispose();
        flat.Dispose();
    }
}
