using System.Globalization;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace LT2.Eval.Harness.Provenance;

/// <summary>Computations whose answers are known, run on a device.</summary>
public static class DeviceChecks
{
    /// <summary>Runs all of them; none throws.</summary>
    public static IReadOnlyList<DeviceCheck> Run(ComputeDevice device) =>
    [
        Try("float32", "models cannot run", () => Product(device, ScalarType.Float32, 1e-5)),
        Try("float64", "golden cases cannot be checked", () => Product(device, ScalarType.Float64, 1e-12)),
        Try("bfloat16", "models run in float32 only", () => Product(device, ScalarType.BFloat16, 2e-2), required: false),
        Try("automatic differentiation", "models cannot be trained", () => Gradient(device)),
        Try("scaled dot-product attention", "full attention cannot run", () => Attention(device)),
        Try("triangular solve", "the delta rule's readable form cannot run", () => TriangularSolve(device)),
    ];

    private static DeviceCheck Try(string name, string cost, Func<(bool Passed, string Detail)> check, bool required = true)
    {
        const string remedy = "the installed libtorch does not fit this machine: take another version of it";
        try
        {
            using var scope = NewDisposeScope();
            var (passed, detail) = check();
            return passed ? new DeviceCheck(name, true, required, detail) : new DeviceCheck(name, false, required, detail, cost, remedy);
        }
        catch (Exception error)
        {
            return new DeviceCheck(name, false, required, error.Message.Split('\n')[0], cost, remedy);
        }
    }

    private static (bool, string) Product(ComputeDevice device, ScalarType dtype, double tolerance)
    {
        var left = Ramp(device).to(dtype);
        var expected = Ramp(device).to(ScalarType.Float64).matmul(Ramp(device).to(ScalarType.Float64));
        return Near(left.matmul(left), expected, tolerance);
    }

    private static (bool, string) Gradient(ComputeDevice device)
    {
        var x = arange(1, 9, ScalarType.Float64).to(device.TorchDevice).requires_grad_();
        (x * x * x).sum().backward();
        return Near(x.grad!, 3 * x.detach() * x.detach(), 1e-12);
    }

    private static (bool, string) Attention(ComputeDevice device)
    {
        var q = Ramp(device).reshape(1, 1, 64, 64);
        var scores = q.matmul(q.transpose(-1, -2)) / 8 + full([64, 64], double.NegativeInfinity, dtype: ScalarType.Float32, device: device.TorchDevice).triu(1);
        return Near(Functional.scaled_dot_product_attention(q, q, q, is_casual: true), Functional.softmax(scores, -1).matmul(q).to(ScalarType.Float64), 1e-4);
    }

    private static (bool, string) TriangularSolve(ComputeDevice device)
    {
        var lower = Ramp(device).to(ScalarType.Float64).tril(-1) / 64 + eye(64, dtype: ScalarType.Float64, device: device.TorchDevice);
        var right = Ramp(device).to(ScalarType.Float64);
        return Near(lower.matmul(linalg.solve_triangular(lower, right, upper: false, unitriangular: true)), right, 1e-10);
    }

    /// <summary>A fixed 64 × 64 matrix with entries in [−1, 1).</summary>
    private static Tensor Ramp(ComputeDevice device)
        => ((arange(0, 4096, ScalarType.Float32) * 37 % 101) / 50.5 - 1).reshape(64, 64).to(device.TorchDevice);

    private static (bool, string) Near(Tensor actual, Tensor expected, double tolerance)
    {
        var error = ((actual.to(ScalarType.Float64) - expected).abs().max() / expected.abs().max()).item<double>();
        return (error <= tolerance, string.Create(CultureInfo.InvariantCulture, $"largest relative error {error:0.0e+0} (tolerance {tolerance:0.0e+0})"));
    }
}
