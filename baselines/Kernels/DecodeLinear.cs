using LT2.Eval.Models.Layers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// The products of a decode step, x Wᵀ for at most 16 rows: a stream of weights through tensor cores, with the RMSNorm before it and the residual sum or SwiGLU
/// behind it in the same launch. bfloat16 on CUDA, without gradients; rounds where the plain operations do.
/// </summary>
internal static class DecodeLinear
{
    /// <summary>Most rows of x; with more, the library's products are the better ones.</summary>
    internal const int MostRows = 16;

    const int Plain = 0, Residual = 1, SwiGlu = 2;

    /// <summary>Whether the kernel may take this product.</summary>
    /// <param name="x">[…, K].</param>
    /// <param name="weight">[N, K].</param>
    /// <param name="norm">Weight of the norm before, [K], or null.</param>
    internal static bool Serves(Tensor x, Tensor weight, Tensor? norm = null) =>
        FusedOperations.Serves(x) && x.dtype == ScalarType.BFloat16 && weight.dtype == x.dtype && FusedOperations.Rows(x) <= MostRows && x.shape[^1] % 32 == 0
        && Warps(x, weight.shape[0], norm is not null) is not null && !FusedOperations.Recorded(x, weight) && weight.is_contiguous() && FusedOperations.IsAligned(weight)
        && (norm is null || norm.dtype == x.dtype && FusedOperations.IsAligned(norm));

    /// <summary>norm(x) Wᵀ + residual, with norm and residual where given: by the kernel where it serves, else by plain operations.</summary>
    internal static Tensor Run(Tensor x, Tensor weight, (Tensor Weight, double Epsilon)? norm = null, Tensor? residual = null)
    {
        if (Serves(x, weight, norm?.Weight)) return Apply(x, weight, norm, residual);
        var y = nn.functional.linear(norm is { } before ? RmsNorm.Apply(x, before.Weight, before.Epsilon) : x, weight);
        return residual is null ? y : residual.add(y);
    }

    /// <summary>norm(x) Wᵀ + residual; norm and residual where given.</summary>
    internal static Tensor Apply(Tensor x, Tensor weight, (Tensor Weight, double Epsilon)? norm = null, Tensor? residual = null) =>
        Launch(x, weight, weight.shape[0], norm, residual, residual is null ? Plain : Residual);

    /// <summary>silu(gate) ⊙ up of [gate; up] norm(x).</summary>
    /// <param name="x">[…, K].</param>
    /// <param name="gateAndUp">[2 F, K], F a multiple of 8.</param>
    /// <param name="norm">The norm before.</param>
    internal static Tensor GatedUnit(Tensor x, Tensor gateAndUp, (Tensor Weight, double Epsilon) norm) =>
        Launch(x, gateAndUp, gateAndUp.shape[0] / 2, norm, null, SwiGlu);

    static Tensor Launch(Tensor x, Tensor weight, long outputs, (Tensor Weight, double Epsilon)? norm, Tensor? residual, int epilogue)
    {
        (x, residual) = (x.contiguous(), residual?.contiguous());
        if (!FusedOperations.IsAligned(x)) x = x.clone();
        var rows = FusedOperations.Rows(x);
        var warps = WarpsOverride ?? Warps(x, weight.shape[0], norm is not null)!.Value;
        var y = empty([.. x.shape[..^1], outputs], x.dtype, x.device);
        var rowsABlock = epilogue == SwiGlu ? 8 : 16;
        KernelLibrary.Get(x, "decode_linear", "decode_linear", ("INPUT", x.shape[^1]), ("WARPS", warps), ("TILES", Tiles(rows)), ("NORM", norm is null ? 0 : 1), ("EPILOGUE", epilogue))
            .LaunchOverlapping((outputs + rowsABlock - 1) / rowsABlock, warps * 32, x, weight, norm?.Weight, residual, y, (int)rows, outputs, (float)(norm?.Epsilon ?? 0));
        return y;
    }

    /// <summary>For measuring: how many warps share a tile's columns, whatever the shape.</summary>
    internal static int? WarpsOverride { get; set; }

    static int Tiles(long rows) => rows > 8 ? 2 : 1;

    /// <summary>
    /// Warps that share the columns of 16 outputs: many where few outputs would leave multiprocessors without loads under way; with a norm so many that a thread's
    /// share of x fits its registers. Null where that takes more than a block has.
    /// </summary>
    static int? Warps(Tensor x, long outputs, bool norm)
    {
        var blocks = x.shape[^1] / 32;
        var warps = outputs <= 16 * 264 ? 16 : 8;
        while (warps > 1 && warps > blocks) warps /= 2;
        while (norm && (blocks + warps - 1) / warps * Tiles(FusedOperations.Rows(x)) > 8) warps *= 2;
        return warps <= 32 ? warps : null;
    }
}
