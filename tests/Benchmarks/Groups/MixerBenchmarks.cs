using BenchmarkDotNet.Attributes;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary>Each mixer alone: batch 1, width 256, 4 heads on the CPU; width 1024, 8 heads on a GPU.</summary>
public class MixerBenchmarks
{
    private readonly ComputeDevice device = BenchmarkDevice.Current;
    private ParameterStore store = null!;
    private TokenMixer mixer = null!;
    private Tensor input = null!;
    private Tensor gradient = null!;

    /// <summary>Names of the catalogue.</summary>
    public static IEnumerable<string> Names => MixerCatalogue.All.Select(entry => entry.Name);

    /// <summary>Tokens, by device.</summary>
    public static IEnumerable<int> Lengths => BenchmarkDevice.Current.IsCuda ? [1024, 4096, 16384] : [256, 1024];

    /// <summary>The mixer.</summary>
    [ParamsSource(nameof(Names))]
    public string Mixer { get; set; } = "";

    /// <summary>Tokens.</summary>
    [ParamsSource(nameof(Lengths))]
    public int Length { get; set; }

    /// <summary>Builds it with random weights.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var entry = MixerCatalogue.Find(Mixer)!;
        var (width, heads) = device.IsCuda ? (1024, 8) : (256, 4);
        var settings = new MixerSettings(width, heads, 0, 1, Length, 1e-5, new Dictionary<string, string>());
        store = new ParameterStore(entry.Describe(settings).Parameters, device.TorchDevice, BenchmarkDevice.ElementType);
        ParameterInitialiser.Fill(store, 1);
        mixer = entry.Create(settings, new PrefixedParameters(store, ""));
        store.AttachGradients();
        using var generator = new Generator(7, CPU);
        input = randn([1, Length, width], generator: generator).to(BenchmarkDevice.ElementType).to(device.TorchDevice).requires_grad_();
        gradient = randn([1, Length, width], generator: generator).to(BenchmarkDevice.ElementType).to(device.TorchDevice);
    }

    /// <summary>The parallel form without gradients, as in prefill.</summary>
    [Benchmark]
    public void Forward()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        mixer.Forward(input, null, Call());
        device.Synchronise();
    }

    /// <summary>The parallel form and its backward pass, as in training.</summary>
    [Benchmark]
    public void ForwardBackward()
    {
        using var scope = NewDisposeScope();
        mixer.Forward(input, null, Call()).backward([gradient]);
        Models.Kernels.BackwardTensors.Release();
        device.Synchronise();
    }

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        (mixer as IDisposable)?.Dispose();
        input.grad?.Dispose();
        input.Dispose();
        gradient.Dispose();
        store.Dispose();
    }

    private static MixerCall Call() => new() { Positions = SequencePositions.All(1, 0) };
}
