using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers.Operators;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers;

/// <summary>
/// Mamba2, after FLA's <c>Mamba2</c> (fla/layers/mamba2.py; there expand 2, head_dim 64, state 128, one group, convolution 4 with bias, chunk 256): one projection to gate z,
/// convolved x, B, C, and dt; <c>dt = softplus(dt + dt_bias)</c>, <c>g = −e^{A_log} dt</c>; skip D x; gate first, norm second; W_out. State <c>[H,N,P]</c>.
/// </summary>
public sealed class Mamba2Mixer : RecurrentMixer
{
    private const string Convolution = "convolution";

    private readonly Geometry shape;
    private readonly Tensor input, taps, dtBias, aLog, skip, output;
    private readonly Tensor? inputBias, tapBias, norm, outputBias;
    private readonly double normEpsilon;

    /// <summary>What a variant file may set.</summary>
    public static IReadOnlyList<MixerOption> Options { get; } =
    [
        new("expansion", "2", "inner width over model width"),
        new("headDimension", "auto", "P, width of a head; auto: inner width / the model's heads"),
        new("stateSize", "64", "N, key width of the state"),
        new("groups", "1", "groups of heads that share B and C"),
        new("groupOrder", "consecutive", "heads of a group: consecutive, or every G-th (interleaved), as FLA's form without mamba_ssm reads them", ChangesWeights: false),
        new("shortConvolution", "4", "kernel of the convolution on x, B, C"),
        new("convolutionBias", "true", "bias of that convolution"),
        new("linearBias", "false", "bias of the input and output projections"),
        new("outputNorm", "true", "RMSNorm over groups; false: the gate alone"),
        new("normBeforeGate", "false", "norm first, gate second", ChangesWeights: false),
        new("skipPerChannel", "false", "D for each channel instead of each head"),
        new("stepMinimum", "0", "least dt after softplus", ChangesWeights: false),
        new("stepMaximum", "auto", "largest dt after softplus; auto: none", ChangesWeights: false),
        MixerOption.NormEpsilon,
        new("chunkLength", "64", "tokens a chunk of the parallel form", ChangesWeights: false),
    ];

    /// <summary>Parameters, state and operations.</summary>
    public static MixerDescription Describe(MixerSettings settings)
    {
        var s = new Geometry(settings);
        List<ParameterDescription> parameters = [ParameterDescription.Linear("in_proj.weight", s.Inner + s.Convolved + s.Heads, settings.Width)];
        if (s.LinearBias)
        {
            parameters.Add(ParameterDescription.Bias("in_proj.bias", s.Inner + s.Convolved + s.Heads));
        }
        parameters.Add(ParameterDescription.ShortConvolution("conv1d.weight", s.Convolved, s.Kernel));
        if (s.ConvolutionBias)
        {
            parameters.Add(ParameterDescription.Bias("conv1d.bias", s.Convolved));
        }
        parameters.Add(new("dt_bias", [s.Heads], new Initialisation.InverseSoftplusOfLogUniform(), NoWeightDecay: true));
        parameters.Add(new("A_log", [s.Heads], new Initialisation.LogOfUniform(1, 16), NoWeightDecay: true));
        parameters.Add(new("D", [s.SkipPerChannel ? s.Inner : s.Heads], new Initialisation.Constant(1), NoWeightDecay: true));
        if (s.Norm)
        {
            parameters.Add(ParameterDescription.Norm("norm.weight", s.Inner));
        }
        parameters.Add(ParameterDescription.Linear("out_proj.weight", settings.Width, s.Inner));
        if (s.LinearBias)
        {
            parameters.Add(ParameterDescription.Bias("out_proj.bias", settings.Width));
        }
        List<StateTensorDescription> state = [new("recurrent", [s.Heads, s.StateSize, s.Head], Single: true)];
        if (s.Kernel > 1)
        {
            state.Add(new(Convolution, [s.Kernel - 1, s.Convolved], Single: false));
        }
        return new MixerDescription(parameters, state, _ => 5.0 * s.Heads * s.StateSize * s.Head);
    }

    /// <summary>Claims the parameters.</summary>
    public Mamba2Mixer(MixerSettings settings, MixerParameters parameters) : base(Describe(settings))
    {
        shape = new Geometry(settings);
        (input, output) = (parameters["in_proj.weight"], parameters["out_proj.weight"]);
        (taps, dtBias, aLog, skip) = (parameters["conv1d.weight"], parameters["dt_bias"], parameters["A_log"], parameters["D"]);
        tapBias = shape.ConvolutionBias ? parameters["conv1d.bias"] : null;
        (inputBias, outputBias) = shape.LinearBias ? (parameters["in_proj.bias"], parameters["out_proj.bias"]) : (null, null);
        norm = shape.Norm ? parameters["norm.weight"] : null;
        normEpsilon = settings.OutputNormEpsilon;
    }

    private protected override Tensor Run(Tensor x, MixerState? state, MixerCall call, bool recurrent)
    {
        var projected = nn.functional.linear(x, input, inputBias);
        var z = projected.narrow(-1, 0, shape.Inner);
        var tail = shape.Kernel > 1 ? state?[Convolution] : null;
        var (xBC, cache) = ShortConvolution.WithTail(projected.narrow(-1, shape.Inner, shape.Convolved), taps, tapBias, tail);
        if (tail is not null)
        {
            state![Convolution] = cache;
        }
        var shared = shape.Groups * shape.StateSize;
        var heads = Heads.Split(xBC.narrow(-1, 0, shape.Inner), shape.Head);
        var B = Grouped(xBC.narrow(-1, shape.Inner, shared));
        var C = Grouped(xBC.narrow(-1, shape.Inner + shared, shared));
        var (dt, g) = DecayGates.Mamba2(projected.narrow(-1, shape.Inner + shape.Convolved, shape.Heads), aLog, dtBias, shape.StepLimits);
        var D = shape.SkipPerChannel ? skip.reshape(shape.Heads, shape.Head) : skip;
        var initial = state?["recurrent"];
        var result = recurrent
            ? StateSpaceDuality.Recurrent(heads, dt, g, B, C, D, initial, inPlace: true)
            : StateSpaceDuality.Chunkwise(heads, dt, g, B, C, D, initial, shape.ChunkLength);
        if (state is not null)
        {
            state["recurrent"] = result.FinalState;
        }
        var y = Heads.Merge(result.Output);
        y = norm is null
            ? y * nn.functional.silu(z)
            : Normalisation.GroupedGated(y, z, norm, normEpsilon, shape.Inner / shape.Groups, shape.NormBeforeGate);
        return nn.functional.linear(y, output, outputBias);
    }

    /// <summary>Head h reads group h / (H / G), or group h mod G where groups are interleaved.</summary>
    private Tensor Grouped(Tensor x)
    {
        var groups = Heads.Split(x, shape.StateSize);
        return shape.Interleaved ? groups.repeat(1, 1, shape.Heads / shape.Groups, 1) : groups;
    }

    private sealed class Geometry
    {
        public readonly int Inner, Heads, Head, StateSize, Groups, Kernel, Convolved, ChunkLength;
        public readonly bool ConvolutionBias, LinearBias, Norm, NormBeforeGate, SkipPerChannel, Interleaved;
        public readonly (double Low, double High) StepLimits;

        public Geometry(MixerSettings settings)
        {
            const string Name = "mamba2";
            Inner = Parts.Heads.Width(Name, "inner", settings.Width * settings.Real("expansion", 2), 1);
            var given = settings.Integer("headDimension", 0);
            Head = given > 0 ? given : Parts.Heads.Width(Name, "inner", Inner, settings.HeadCount);
            Heads = Parts.Heads.Width(Name, "inner", Inner, Head);
            StateSize = Parts.Heads.AtLeast(Name, "stateSize", settings.Integer("stateSize", 64), 1);
            Groups = Parts.Heads.AtLeast(Name, "groups", settings.Integer("groups", 1), 1);
            Parts.Heads.RequireGroups(Name, Heads, Groups, "heads", "groups");
            Interleaved = settings.Word("groupOrder", "consecutive", "consecutive", "interleaved") == "interleaved";
            Kernel = Parts.Heads.AtLeast(Name, "shortConvolution", settings.Integer("shortConvolution", 4), 1);
            Convolved = Inner + (2 * Groups * StateSize);
            ConvolutionBias = settings.Switch("convolutionBias", true);
            LinearBias = settings.Switch("linearBias", false);
            Norm = settings.Switch("outputNorm", true);
            NormBeforeGate = settings.Switch("normBeforeGate", false);
            SkipPerChannel = settings.Switch("skipPerChannel", false);
            StepLimits = (settings.Real("stepMinimum", 0), settings.Real("stepMaximum", double.PositiveInfinity));
            ChunkLength = Parts.Heads.AtLeast(Name, "chunkLength", settings.Integer("chunkLength", 64), 1);
        }
    }
}
