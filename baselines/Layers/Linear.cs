using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>x Wᵀ without a bias.</summary>
internal static class Linear
{
    /// <summary>[…, K] and [N, K] → […, N].</summary>
    internal static Tensor Apply(Tensor x, Tensor weight) =>
        LinearIntoGradient.Serves(x, weight) ? LinearIntoGradient.Apply(x, weight) : nn.functional.linear(x, weight);
}
