using LT2.Eval.Models.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>
/// The core of Mamba2 (Dao and Gu 2024, "Transformers are SSMs: Generalized Models and Efficient Algorithms Through Structured State Space Duality").
/// x <c>[B,T,H,P]</c>, dt <c>[B,T,H]</c> after softplus, g = −e^{A_log}·dt <c>[B,T,H]</c>, B and C <c>[B,T,G,N]</c> with H a multiple of G, D <c>[H]</c> or <c>[H,P]</c>,
/// S <c>[B,H,N,P]</c>: <c>S_t = e^{g_t} S_{t−1} + B_t (dt_t x_t)ᵀ; y_t = S_tᵀ C_t + D x_t</c>. Scale 1.
/// </summary>
public static class StateSpaceDuality
{
    /// <summary>Parallel form, chunks of <paramref name="chunkLength"/> tokens.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Chunkwise(
        Tensor x, Tensor dt, Tensor g, Tensor B, Tensor C, Tensor? D = null, Tensor? initialState = null, long chunkLength = 64)
        => Run(x, dt, D, value => LinearRecurrence.Chunkwise(C, B, Lower(value, B, x), g, 1, initialState, chunkLength));

    /// <summary>Recurrent form, token by token. With <paramref name="inPlace"/> a kernel may change the initial state itself.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit; the message names the tensor and both shapes.</exception>
    public static RecurrentOutput Recurrent(Tensor x, Tensor dt, Tensor g, Tensor B, Tensor C, Tensor? D = null, Tensor? initialState = null, bool inPlace = false)
        => Run(x, dt, D, value => LinearRecurrence.Recurrent(C, B, value, g, 1, initialState, inPlace));

    // The chunked kernels read bfloat16; the plain operators keep dt · x as it is.
    private static Tensor Lower(Tensor value, Tensor B, Tensor x) => FusedChunkedRecurrence.Serves(B, x, delta: false) ? value.to_type(x.dtype) : value;

    private static RecurrentOutput Run(Tensor x, Tensor dt, Tensor? D, Func<Tensor, RecurrentOutput> recurrence)
    {
        using var scope = NewDisposeScope();
        OperatorShapes.Require(x, "x", -1, -1, -1, -1);
        OperatorShapes.Require(dt, "dt", x.shape[0], x.shape[1], x.shape[2]);
        var working = WorkingPrecision.Raise(x);
        var result = recurrence(working * dt.to_type(working.dtype).unsqueeze(-1));
        var y = result.Output;
        if (D is not null)
        {
            var skip = D.to_type(working.dtype);
            y = y + working * (D.dim() == 1 ? skip.unsqueeze(-1) : skip);
        }
        return new RecurrentOutput(y.to_type(x.dtype).MoveToOuterDisposeScope(), result.FinalState.MoveToOuterDisposeScope());
    }
}
