using System.Globalization;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>
/// Selection is discontinuous: where the gap between the last pick and the best key (or block) left out is within a dtype's rounding, either choice is right. Such
/// rows are left out of the outputs that depend on the choice. Exact ties stay in float64 and float32: the lower index must win them.
/// </summary>
internal static class SelectionMargin
{
    private const string Name = "sel_margin";

    public static Tensor? Keep(OperatorFamily family, GoldenCase golden, string output, ScalarType dtype, ErrorMeter meter)
    {
        if (family.SelectionOutputs?.Contains(output) != true || !golden.Outputs.TryGetValue(Name, out var margin))
        {
            return null;
        }
        var (noise, tiesStay) = dtype switch
        {
            ScalarType.Float64 => (1e-12, true),
            ScalarType.Float32 => (1e-5, true),
            _ => (5e-2, false),
        };
        var rows = margin.ToTensor(CPU, ScalarType.Float64);
        var keep = rows >= noise;
        keep = tiesStay ? keep | (rows == 0) : keep;
        var left = keep.logical_not().sum().item<long>();
        if (left == 0)
        {
            return null;
        }
        meter.Remark(string.Create(CultureInfo.InvariantCulture, $"{left} selections with a margin below {noise:G1} are not compared"));
        var expected = golden.Outputs[output].Shape;
        if (margin.Shape.Count == 3)
        {
            // One choice for each KV head: [B,T,H]; the outputs of its query heads follow it.
            keep = keep.repeat_interleave(expected[2] / margin.Shape[2], dim: 2);
        }
        return keep.reshape([.. keep.shape, .. Enumerable.Repeat(1L, expected.Count - (int)keep.dim())]);
    }
}
