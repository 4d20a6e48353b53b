using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Definitions;

public sealed class MemoryEstimateTests
{
    public static TheoryData<string> Names => [.. Variants.Catalogue.BaseVariantNames];

    /// <summary>What a dry run promises is what is allocated.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Parameters_state_and_cache_are_those_that_are_allocated(string name)
    {
        const int Batch = 3, Context = 48;
        var definition = Variants.Small(name, 2);
        foreach (var (type, bytes) in ((torch.ScalarType, int)[])[(torch.ScalarType.Float32, 4), (torch.ScalarType.BFloat16, 2)])
        {
            using var model = LoopedModel.Create(definition, 1, ComputeDevice.Cpu, type);
            if (definition.Draw is not null) continue; // the expected draw is estimated, one draw is allocated
            using var state = model.NewState(Batch, Context, 2);
            var estimate = MemoryEstimate.Inference(definition, Context, Batch, bytes);
            Assert.Equal(model.Parameters.Flat.NumberOfElements * bytes, estimate.ParameterBytes);
            Assert.Equal(state.Bytes, estimate.StateBytes + estimate.CacheBytes);
        }
    }

    [Fact]
    public void Ouro_at_32k_needs_what_the_arithmetic_says()
    {
        var estimate = MemoryEstimate.Inference(Variants.Catalogue.Resolve("ouro@ouro-1.4b"), 32768, 1, 2);
        Assert.Equal(1_434_652_673L * 2, estimate.ParameterBytes);
        Assert.Equal(768L * 1024 * 32768, estimate.CacheBytes);
    }

    /// <summary>Peaks of <c>lt2 time --memory</c> on one H100 (tests/Benchmarks/records/h100-ouro-1.4b.jsonl). At 32k tokens libraries' own memory is a small part of them.</summary>
    [Theory]
    [InlineData("ouro", 32_912_703_488)]
    [InlineData("ouro-hybrid", 13_044_285_440)]
    public void The_peak_of_a_long_prefill_is_what_was_measured_within_a_twentieth(string variant, long measuredBytes)
    {
        var definition = Variants.Catalogue.Resolve(variant + "@ouro-1.4b").WithVocabulary(49152);
        Assert.InRange(MemoryEstimate.Inference(definition, 32768, 1, 2).PeakBytes / (double)measuredBytes, 0.95, 1.05);
    }

    [Fact]
    public void A_longer_row_costs_training_more_but_no_parameters()
    {
        var definition = Variants.Catalogue.Resolve("ouro@tiny");
        var (shorter, longer) = (MemoryEstimate.Training(definition, 128, 4, 4, 2), MemoryEstimate.Training(definition, 256, 4, 4, 2));
        Assert.Equal(2 * shorter.ActivationBytes, longer.ActivationBytes);
        Assert.Equal((shorter.ParameterBytes, shorter.TrainingBytes), (longer.ParameterBytes, longer.TrainingBytes));
    }

    [Fact]
    public void The_host_says_how_much_is_free() => Assert.InRange(DeviceMemory.FreeBytes(ComputeDevice.Cpu) ?? 1, 1, long.MaxValue);
}
