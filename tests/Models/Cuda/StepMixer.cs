using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>One mixer with drawn parameters, the same whatever its device and element type, in the middle of a sequence.</summary>
internal sealed class StepMixer : IDisposable
{
    internal const int Width = 128;
    const int MaximumLength = 4096;
    const double Epsilon = 1e-5;

    readonly ParameterStore store;
    readonly TokenMixer mixer;
    readonly Tensor norm;
    readonly ScalarType type;
    readonly Device device;

    StepMixer(ParameterStore store, TokenMixer mixer, Tensor norm, Device device, ScalarType type) =>
        (this.store, this.mixer, this.norm, this.device, this.type) = (store, mixer, norm, device, type);

    /// <summary>Parameters are rounded to <paramref name="rounding"/>, so that two element types hold the same numbers.</summary>
    internal static StepMixer Create(string name, string options, Device device, ScalarType type, ScalarType rounding)
    {
        var entry = MixerCatalogue.Find(name)!;
        var values = options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Split('=')).ToDictionary(option => option[0], option => option[1]);
        var settings = new MixerSettings(Width, 2, 1, 3, MaximumLength, Epsilon, values);
        var description = entry.Describe(settings);
        var store = new ParameterStore(description.Parameters, device, type);
        using var generator = new Generator(11, CPU);
        foreach (var parameter in description.Parameters)
        {
            var drawn = randn([.. parameter.Shape.Select(side => (long)side)], ScalarType.Float64, generator: generator);
            var around = parameter.Name.EndsWith("norm.weight", StringComparison.Ordinal) || parameter.Name == "D" ? 1 : 0;
            using var view = store.View(parameter.Name);
            view.copy_(drawn.mul(1 / Math.Sqrt(parameter.Shape.Count > 1 ? parameter.Shape[^1] : 4)).add(around).to(rounding));
        }
        var norm = randn([Width], ScalarType.Float64, generator: generator).mul(0.1).add(1).to(rounding).to(type).to(device).DetachFromDisposeScope();
        return new(store, entry.Create(settings, new PrefixedParameters(store, "")), norm, device, type);
    }

    /// <summary>A state with something in every entry.</summary>
    internal MixerState State(int batch, int length)
    {
        var state = mixer.NewState(batch, length, device, type);
        using var generator = new Generator(23, CPU);
        foreach (var name in state.Names.ToArray())
            state[name].copy_(randn(state[name].shape, generator: generator).mul(0.5).to(ScalarType.BFloat16));
        return state;
    }

    /// <summary>The same values here.</summary>
    internal MixerState StateLike(MixerState other, int length)
    {
        var state = mixer.NewState((int)other[other.Names.First()].shape[0], length, device, type);
        foreach (var name in state.Names.ToArray()) state[name].copy_(other[name]);
        return state;
    }

    internal Tensor Step(Tensor h, MixerState state, SequencePositions positions) =>
        mixer.StepWithResidual(h, norm, Epsilon, state, new MixerCall { Positions = positions, LayerIndex = 1 });

    /// <summary>Many tokens at once; with a state they follow its <paramref name="offset"/> first ones.</summary>
    internal Tensor Forward(Tensor x, MixerState? state = null, int offset = 0) =>
        mixer.Forward(x, state, new MixerCall { Positions = SequencePositions.All((int)x.shape[0], offset), LayerIndex = 1 });

    public void Dispose()
    {
        (mixer as IDisposable)?.Dispose();
        norm.Dispose();
        store.Dispose();
    }
}
