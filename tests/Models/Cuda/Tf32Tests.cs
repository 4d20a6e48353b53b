using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

public sealed class Tf32Tests
{
    /// <summary>TF32 keeps 10 bits of a mantissa: a product of random matrices is then off by about 2⁻¹¹ of its size, and by rounding of float32 alone otherwise.</summary>
    [Fact]
    public void The_switch_rounds_inputs_of_float32_products_and_nothing_else()
    {
        var device = Gpu.Require();
        using var scope = NewDisposeScope();
        using var generator = new Generator(17, CPU);
        var (a, b) = (randn([512, 512], generator: generator), randn([512, 512], generator: generator));
        var exact = a.to(ScalarType.Float64).matmul(b.to(ScalarType.Float64));
        double Error() => Gpu.RelativeError(a.to(device.TorchDevice).matmul(b.to(device.TorchDevice)), exact);
        try
        {
            TorchRuntime.SetTf32(true);
            Assert.InRange(Error(), 5e-5, 2e-3);
        }
        finally
        {
            TorchRuntime.SetTf32(false);
        }
        Assert.InRange(Error(), 0, 5e-6);
    }
}
