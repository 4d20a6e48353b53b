using BenchmarkDotNet.Attributes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>AdamW with clipping over all parameters of a model; on a GPU in three launches.</summary>
public class OptimiserBenchmarks
{
    private readonly ComputeDevice device = BenchmarkDevice.Current;
    private LoopedModel model = null!;
    private AdamW optimiser = null!;
    private int step;

    /// <summary>Models by device.</summary>
    public static IEnumerable<string> Variants => BenchmarkDevice.Current.IsCuda ? ["looped-full@small", "looped-full@0.6b"] : ["looped-full@mini", "looped-full@small"];

    /// <summary>Whose parameters.</summary>
    [ParamsSource(nameof(Variants))]
    public string Variant { get; set; } = "";

    /// <summary>Builds model and states.</summary>
    [GlobalSetup]
    public void Setup()
    {
        model = LoopedModel.Create(VariantCatalogue.Load().Resolve(Variant), 1, device, BenchmarkDevice.ElementType);
        optimiser = new AdamW(model.Parameters, new TrainingRecipe { Steps = int.MaxValue });
    }

    /// <summary>One step. It clears the gradients, so every one but the first sees zeros; AdamW's work does not depend on values.</summary>
    [Benchmark]
    public void Step()
    {
        using var noGrad = no_grad();
        if (optimiser.Fused is { } fused)
        {
            fused.Step();
        }
        else
        {
            optimiser.Step(++step, 1e-3, optimiser.GradientNorm());
        }

        device.Synchronise();
    }

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        optimiser.Dispose();
        model.Dispose();
    }
}
