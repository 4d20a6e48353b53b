using BenchmarkDotNet.Attributes;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>Head and mean cross-entropy over rows of normed states, with backward: what follows the stack in a training step.</summary>
public class LossBenchmarks
{
    private readonly ComputeDevice device = BenchmarkDevice.Current;
    private LoopedModel model = null!;
    private Tensor hidden = null!;
    private Tensor labels = null!;

    /// <summary>Tokens of the vocabulary, by device.</summary>
    public static IEnumerable<int> Vocabularies => BenchmarkDevice.Current.IsCuda ? [8192, 32768] : [256, 8192];

    /// <summary>Tokens of the vocabulary.</summary>
    [ParamsSource(nameof(Vocabularies))]
    public int Vocabulary { get; set; }

    /// <summary>Labelled positions: 16,384 on a GPU, 1,024 on the CPU.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var (scale, rows) = device.IsCuda ? ("small", 16384) : ("mini", 1024);
        var definition = Models.Definitions.VariantCatalogue.Load().Resolve($"looped-full@{scale}").WithVocabulary(Vocabulary);
        model = LoopedModel.Create(definition, 1, device, BenchmarkDevice.ElementType);
        model.Parameters.AttachGradients();
        using var generator = new Generator(7, CPU);
        hidden = randn([rows, definition.Width], generator: generator).to(BenchmarkDevice.ElementType).to(device.TorchDevice).requires_grad_();
        labels = randint(Vocabulary, [rows], dtype: ScalarType.Int64, generator: generator).to(device.TorchDevice);
    }

    /// <summary>Loss and its gradients.</summary>
    [Benchmark]
    public void ForwardBackward()
    {
        using var scope = NewDisposeScope();
        LossFunction.Mean(model, hidden, labels).backward();
        Models.Kernels.BackwardTensors.Release();
        device.Synchronise();
    }

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        hidden.grad?.Dispose();
        hidden.Dispose();
        labels.Dispose();
        model.Dispose();
    }
}
