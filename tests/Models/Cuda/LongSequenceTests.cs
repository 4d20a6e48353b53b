using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Linear and sparse mixers at 64k tokens in bfloat16. How memory grows is measured by processes of their own: <c>lt2 time --memory</c>, tests/Benchmarks/records/h100-memory.jsonl.</summary>
public sealed class LongSequenceTests
{
    const int Length = 65536;

    /// <summary>One head's scores over the whole sequence, which a mixer that is not linear would hold.</summary>
    const double ScoreMatrixBytes = 2.0 * Length * Length;

    [Theory]
    [InlineData("lt2-gdn@mini")]
    [InlineData("lt2-kda@mini")]
    [InlineData("lt2-window@small")]
    [InlineData("lt2-nsa@small")]
    [InlineData("lt2-dsa@small")]
    public void Sixty_four_thousand_tokens_are_finite_in_far_less_memory_than_a_matrix_of_scores(string variant)
    {
        var device = Gpu.Require();
        using var gpu = NvmlDevice.Open(Math.Max(0, device.TorchDevice.index));
        var before = gpu.UsedBytes();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var model = LoopedModel.Create(Variants.Catalogue.Resolve(variant).WithVocabulary(64).WithMaximumLength(Length), 1, device, ScalarType.BFloat16);
        using var sampler = new PeakMemorySampler(gpu);
        var hidden = model.ForwardHidden(Variants.Ids(1, Length, 64).to(device.TorchDevice), [2])[0];
        Assert.True(hidden.isfinite().all().item<bool>());
        device.Synchronise();
        var taken = sampler.PeakBytes - before;
        Assert.True(taken < ScoreMatrixBytes / 4, FormattableString.Invariant($"{variant}: {taken / 1e6:F0} MB"));
    }
}
