using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Looping;

/// <summary>The part of a store whose names start with a prefix.</summary>
public sealed class PrefixedParameters(ParameterStore store, string prefix) : MixerParameters
{
    /// <inheritdoc/>
    public override Tensor this[string name] => store.Leaf(prefix + name);

    /// <inheritdoc/>
    public override Tensor Packed(params string[] names) => store.Leaf([.. names.Select(name => prefix + name)]);

    /// <inheritdoc/>
    public override bool Has(string name) => store.Has(prefix + name);
}
