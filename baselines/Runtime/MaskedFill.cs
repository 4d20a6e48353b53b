using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Runtime;

/// <summary>
/// <c>masked_fill</c> whose number lives as long as the call. libtorch copies the tensor before it reads the number; a number converted in the argument list
/// is garbage by then, and where another thread collects meanwhile it is freed: the call ends in an error (seen in 2 to 8 of 100 calls under constant collection).
/// </summary>
internal static class MaskedFill
{
    /// <summary><paramref name="x"/> with <paramref name="value"/> wherever <paramref name="mask"/> (Bool, broadcast to <paramref name="x"/>) is true.</summary>
    public static Tensor FillWhere(this Tensor x, Tensor mask, double value)
    {
        using Scalar number = value;
        return Fill(x, mask, number);
    }

    /// <inheritdoc cref="FillWhere(Tensor, Tensor, double)"/>
    public static Tensor FillWhere(this Tensor x, Tensor mask, long value)
    {
        using Scalar number = value;
        return Fill(x, mask, number);
    }

#pragma warning disable RS0030 // the one place that may
    private static Tensor Fill(Tensor x, Tensor mask, Scalar value) => x.masked_fill(mask, value);
#pragma warning restore RS0030
}
