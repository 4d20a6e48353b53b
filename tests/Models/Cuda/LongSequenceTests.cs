using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Linear mixers at 64k tokens in bfloat16: finite, with memory that grows as the length.</summary>
public sealed class LongSequenceTests
{
    // Blocks of the allocator's cache that are too small for the next length stay beside its own: a quarter, a half and the whole add up to 1.75 times linear growth.
    // Memory that grew as the square would be 16 times.
    const double LargestGrowth = 4 * 1.75;

    [Theory]
    [InlineData("lt2-gdn")]
    [InlineData("lt2-kda")]
    public void Sixty_four_thousand_tokens_stay_finite_in_memory_that_grows_as_the_length(string variant)
    {
        var device = Gpu.Require();
        using var gpu = NvmlDevice.Open(Math.Max(0, device.TorchDevice.index));
        var before = gpu.UsedBytes();
        using var noGrad = no_grad();
        using var model = LoopedModel.Create(Variants.Catalogue.Resolve($"{variant}@mini").WithVocabulary(64).WithMaximumLength(65536), 1, device, ScalarType.BFloat16);
        var peaks = new List<double>();
        foreach (var length in (int[])[16384, 32768, 65536])
        {
            using var scope = NewDisposeScope();
            using var sampler = new PeakMemorySampler(gpu);
            var hidden = model.ForwardHidden(Variants.Ids(1, length, 64).to(device.TorchDevice), [2])[0];
            Assert.True(hidden.isfinite().all().item<bool>());
            device.Synchronise();
            peaks.Add(Math.Max(1, sampler.PeakBytes - before));
        }
        var figures = FormattableString.Invariant($"{variant}: {peaks[0] / 1e6:F0}, {peaks[1] / 1e6:F0}, {peaks[2] / 1e6:F0} MB at 16k, 32k, 64k");
        TestContext.Current.SendDiagnosticMessage(figures);
        // Other tests may have left a cache that holds a length whole; what it hides is no growth.
        Assert.True(peaks[2] <= LargestGrowth * Math.Max(peaks[0], 64e6), $"memory grows faster than the length: {figures}");
    }
}
