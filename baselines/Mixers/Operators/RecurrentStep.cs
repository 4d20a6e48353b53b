using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>The small steps every per-token recurrence is made of; S is <c>[B,H,Dk,Dv]</c>, rows are <c>[B,H,D]</c>.</summary>
internal static class RecurrentStep
{
    /// <summary><c>Sᵀ x</c>, <c>[B,H,Dv]</c>.</summary>
    public static Tensor Read(Tensor S, Tensor x) => matmul(x.unsqueeze(-2), S).squeeze(-2);

    /// <summary><c>k vᵀ</c>, <c>[B,H,Dk,Dv]</c>.</summary>
    public static Tensor Write(Tensor k, Tensor v) => k.unsqueeze(-1) * v.unsqueeze(-2);

    /// <summary><c>e^g</c> shaped to multiply a state once a token is selected: <c>[B,T,H,1,1]</c> or <c>[B,T,H,Dk,1]</c>; null without decay.</summary>
    public static Tensor? DecayFactor(Tensor? g, ScalarType dtype) => g switch
    {
        null => null,
        _ when g.dim() == 3 => g.to_type(dtype).exp().unsqueeze(-1).unsqueeze(-1),
        _ => g.to_type(dtype).exp().unsqueeze(-1),
    };

    /// <exception cref="ArgumentException">g is neither absent, one scalar a head, nor one value a key channel.</exception>
    public static void RequireDecay(Tensor? g, long batch, long length, long heads, long keyDim)
    {
        if (g is null)
        {
            return;
        }
        if (g.dim() == 3)
        {
            OperatorShapes.Require(g, "g", batch, length, heads);
        }
        else
        {
            OperatorShapes.Require(g, "g", batch, length, heads, keyDim);
        }
    }
}
