using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Verification.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>
/// Each build of the chunk kernels (head widths, delta rule or not, one decay or one a key channel, a walk by warps or by warpgroups) goes both ways twice and must give the same
/// to the last bit. Short and without a reference on the CPU, so that compute-sanitizer gets through it: <c>sanitize.sh</c>.
/// </summary>
public sealed class ChunkBuildTests
{
    public static TheoryData<long, long, bool, bool> Builds { get; } = [.. from widths in ((long, long)[])[(32, 48), (64, 64), (128, 64), (128, 128), (192, 192)]
        from delta in (bool[])[true, false] from channels in (bool[])[false, true] select (widths.Item1, widths.Item2, delta, channels)];

    [Theory, MemberData(nameof(Builds))]
    public void Both_passes_repeat_to_the_last_bit(long keyWidth, long valueWidth, bool delta, bool channelDecay)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device.TorchDevice, "usual", 1, (5 * ChunkShape.Chunk) + 13, 1, 2, keyWidth, valueWidth, channelDecay);
        string[] inputs = ["q", "k", "v", .. delta ? ["beta"] : Array.Empty<string>(), "g", "initial"];
        List<Tensor> Run()
        {
            var beta = delta ? x.Given("beta") : null;
            var (output, final) = FusedChunkedRecurrence.Apply(x.Given("q"), x.Given("k"), x.Given("v"), beta, x.Given("g"), 0.3, x.Given("initial"));
            var gradients = autograd.grad([output, final!], [.. inputs.Select(x.Given)], [x.Given("dout").detach(), x.Given("dfinal").detach()]);
            List<Tensor> all = [.. new[] { output, final! }.Concat(gradients).Select(result => result.detach().clone())];
            BackwardTensors.Release();
            return all;
        }
        foreach (var (name, first, second) in ((string[])["output", "final state", .. inputs]).Zip(Run(), Run()))
        {
            Assert.True(first.isfinite().all().item<bool>(), $"{name} is not finite");
            Assert.True(first.equal(second).all().item<bool>(), $"{name} differs");
        }
    }
}
