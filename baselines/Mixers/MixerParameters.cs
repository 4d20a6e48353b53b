using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// The allocated parameters of one mixer (or of any other part of a model), claimed by name in its constructor.
/// Every described parameter must be claimed exactly once by each part that uses it, alone or packed.
/// </summary>
public abstract class MixerParameters
{
    /// <summary>The leaf tensor of one parameter, in the model's element type and on its device. The model owns it; never dispose of it.</summary>
    public abstract Tensor this[string name] { get; }

    /// <summary>
    /// Parameters that are neighbours in the description, as one leaf stacked along axis 0: <c>q_proj, k_proj, v_proj</c> become one matrix and one product.
    /// They must agree in all other axes and in weight decay. Checkpoints still hold them one by one.
    /// </summary>
    public abstract Tensor Packed(params string[] names);

    /// <summary>Whether such a parameter is described.</summary>
    public abstract bool Has(string name);
}
