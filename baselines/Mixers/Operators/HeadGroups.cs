using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>Head groups: destination head h reads source head <c>h / (destination heads / source heads)</c>.</summary>
internal static class HeadGroups
{
    /// <summary><paramref name="x"/> <c>[B,T,Hsource,…]</c> with its heads repeated to <c>[B,T,heads,…]</c>.</summary>
    public static Tensor Repeat(Tensor x, long heads)
    {
        var ratio = heads / x.shape[2];
        return ratio == 1 ? x : x.repeat_interleave(ratio, dim: 2);
    }
}
