using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>Reshapes that mixers need all the time.</summary>
public static class TensorShapes
{
    /// <summary>[…, outer · inner] → […, outer, inner], a view: width into heads.</summary>
    public static Tensor SplitLast(this Tensor x, long outer, long inner) => x.unflatten(x.dim() - 1, [outer, inner]);

    /// <summary>[…, outer, inner] → […, outer · inner]: heads into width.</summary>
    public static Tensor JoinLast(this Tensor x) => x.flatten(x.dim() - 2, x.dim() - 1);
}
