using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

/// <summary>A small mixer of the catalogue in float64, with parameters moved away from the special values that initialisation gives some of them.</summary>
internal sealed class MixerUnderTest : IDisposable
{
    public const int Width = 12;
    public const int MaximumLength = 256;
    private readonly ParameterStore store;

    private readonly MixerSettings settings;

    private MixerUnderTest(MixerEntry entry, MixerSettings settings, ScalarType elementType = ScalarType.Float64, Device? device = null)
    {
        TorchRuntime.SetThreads(1);   // tensors this small only lose by sharing them out
        this.settings = settings;
        Description = entry.Describe(settings);
        store = new ParameterStore(Description.Parameters, device ?? CPU, elementType);
        Mixer = entry.Create(settings, new PrefixedParameters(store, ""));
    }

    public MixerDescription Description { get; }

    public TokenMixer Mixer { get; }

    public ParameterStore Store => store;

    /// <summary>Catalogue name and options: every mixer, and every option that changes its equations.</summary>
    public static TheoryData<string, string> Cases { get; } = new()
    {
        { "full", "keyValueHeads=1" },
        { "window", "window=5" },
        { "gdn", "chunkLength=16 valueHeads=4 allowNegativeEigenvalues=true" },
        { "gdn", "convolutionBias=true outputGate=false headDimension=3" },
        { "linear", "chunkLength=16" },
        { "linear", "chunkLength=16 featureMap=elu normaliser=true keyValueHeads=1" },
        { "linear", "chunkLength=7 featureMap=hedgehog tieFeatureMap=true outputNorm=identity" },
        { "linear", "featureMap=t2r normaliseKey=true normaliseQuery=true" },
        { "linear", "featureMap=dpfp" },
        { "retnet", "chunkLength=16" },
        { "retnet", "keyValueHeads=1 shortConvolution=3 convolutionBias=true outputGate=false featureMap=silu" },
        { "gla", "chunkLength=16 keyExpansion=1" },
        { "gla", "keyExpansion=1 keyValueHeads=1 shortConvolution=4 clampMinimum=-1 gateActivation=sigmoid" },
        { "hgrn2", "chunkLength=16" },
        { "hgrn2", "expandRatio=4 shortConvolution=4 convolutionBias=true lowerBound=layered" },
        { "mamba2", "chunkLength=16 stateSize=6" },
        { "mamba2", "stateSize=4 headDimension=6 groups=2 linearBias=true skipPerChannel=true normBeforeGate=true stepMinimum=0.01 stepMaximum=0.5" },
        { "deltanet", "chunkLength=16" },
        { "deltanet", "allowNegativeEigenvalues=true outputGate=true shortConvolution=0 queryKeyActivation=elu queryKeyNorm=sum" },
        { "kda", "chunkLength=16 valueHeads=4" },
        { "kda", "decayLowerBound=-5 shortConvolution=0 allowNegativeEigenvalues=true" },
        { "gated-deltaproduct", "chunkLength=16 headDimension=4" },
        { "gated-deltaproduct", "writesPerToken=3 valueHeads=4 headDimension=3 forgetGate=false outputGate=false shortConvolution=0" },
        { "rwkv7", "chunkLength=16 headDimension=6 valueWidth=16" },
        { "nsa", "blockSize=4 blockCount=4 window=5" },
        { "dsa", "topK=5 indexerHeads=2 indexerDimension=4 keyValueHeads=1" },
        { "dsa", "topK=5 indexerHeads=2 indexerDimension=4 rotary=halves indexerLoss=dense" },
        { "dsa-untrained", "topK=5 indexerDimension=4 valueDimension=6 tailDimension=2" },
    };

    public static MixerUnderTest Create(string name, string options, bool extremeDecays = false, int layerIndex = 1)
    {
        var entry = MixerCatalogue.Find(name) ?? throw new InvalidOperationException($"No mixer {name}.");
        var values = options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(o => o.Split('=')).ToDictionary(o => o[0], o => o[1]);
        var mixer = new MixerUnderTest(entry, new MixerSettings(Width, 2, layerIndex, 3, MaximumLength, 1e-5, values));
        mixer.Draw(extremeDecays);
        return mixer;
    }

    /// <summary>The same mixer and parameters in another element type, on the CPU or another device.</summary>
    public MixerUnderTest InElementType(MixerEntry entry, ScalarType elementType, Device? device = null)
    {
        using var off = no_grad();
        var copy = new MixerUnderTest(entry, settings, elementType, device);
        copy.store.Flat.copy_(store.Flat);
        return copy;
    }

    public MixerState NewState(int batch) => Mixer.NewState(batch, MaximumLength, CPU, ScalarType.Float64);

    public static MixerCall Call(int batch, int offset, IDictionary<string, Tensor>? shared = null)
        => new() { Positions = SequencePositions.All(batch, offset), LayerIndex = 1, Shared = shared ?? new Dictionary<string, Tensor>() };

    public static Tensor Input(int batch, int length, ulong seed = 7)
    {
        using var generator = new Generator(seed, CPU);
        return randn([batch, length, Width], dtype: ScalarType.Float64, generator: generator);
    }

    /// <summary>Steps through x one token at a time; the outputs <c>[B,L,d]</c>.</summary>
    public Tensor Walk(Tensor x, MixerState state, int offset = 0)
    {
        var length = (int)x.shape[1];
        return cat([.. Enumerable.Range(0, length).Select(t => Mixer.Step(x.narrow(1, t, 1), state, Call((int)x.shape[0], offset + t)))], 1);
    }

    public void Dispose()
    {
        (Mixer as IDisposable)?.Dispose();
        store.Dispose();
    }

    private void Draw(bool extremeDecays)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var generator = new Generator(11, CPU);
        foreach (var parameter in Description.Parameters)
        {
            long[] shape = [.. parameter.Shape.Select(n => (long)n)];
            var normal = randn(shape, dtype: ScalarType.Float64, generator: generator);
            var spread = extremeDecays ? DecaySpread(parameter.Name) : 1;
            var values = parameter.Name.EndsWith("norm.weight", StringComparison.Ordinal) || parameter.Name == "D"
                ? 1 + (0.1 * normal)
                : normal * (spread / Math.Sqrt(shape.Length > 1 ? shape[^1] : 4));
            store.View(parameter.Name).copy_(values);
        }
    }

    // Log decays from almost 0 to below −100 a token.
    private static double DecaySpread(string name) => name switch
    {
        "A_log" => 5,
        "dt_bias" => 8,
        "gk_proj.1.bias" => 800,
        "f_proj.weight" => 60,
        "w_lora.lora.2.bias" => 20,
        _ => 1,
    };
}
