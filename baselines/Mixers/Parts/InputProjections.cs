using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>
/// The linear maps of a mixer's input as one product, and the short convolutions of the leading ones as one convolution. Streams with a convolution come first.
/// Without a kernel nothing is convolved.
/// </summary>
internal sealed class InputProjections
{
    private const string StateName = "convolution";

    private readonly ProjectionStream[] streams;
    private readonly Tensor weight;            // [Σ width, d]
    private readonly Tensor? bias;             // [Σ width]
    private readonly Tensor? taps, tapBias;    // [Σ convolved width, 1, K], [Σ convolved width]
    private readonly long convolvedWidth;

    /// <summary>Claims what <see cref="Describe"/> listed.</summary>
    public InputProjections(MixerParameters parameters, IReadOnlyList<ProjectionStream> streams, int kernel, bool convolutionBias, bool linearBias = false)
    {
        this.streams = [.. streams];
        weight = parameters.Packed([.. streams.Select(s => s.Projection + ".weight")]);
        bias = linearBias ? parameters.Packed([.. streams.Select(s => s.Projection + ".bias")]) : null;
        if (kernel > 0)
        {
            var convolved = Convolved(streams);
            taps = parameters.Packed([.. convolved.Select(s => s.Convolution + ".weight")]);
            tapBias = convolutionBias ? parameters.Packed([.. convolved.Select(s => s.Convolution + ".bias")]) : null;
            convolvedWidth = convolved.Sum(s => s.Width);
        }
    }

    /// <summary>Parameters in the order in which they are packed.</summary>
    public static IEnumerable<ParameterDescription> Describe(
        IReadOnlyList<ProjectionStream> streams, int inputWidth, int kernel, bool convolutionBias, bool linearBias = false)
    {
        var parameters = streams.Select(s => ParameterDescription.Linear(s.Projection + ".weight", s.Width, inputWidth));
        if (linearBias)
        {
            parameters = parameters.Concat(streams.Select(s => ParameterDescription.Bias(s.Projection + ".bias", s.Width)));
        }
        if (kernel > 0)
        {
            parameters = parameters.Concat(Convolved(streams).Select(s => ParameterDescription.ShortConvolution(s.Convolution + ".weight", s.Width, kernel)));
        }
        if (kernel > 0 && convolutionBias)
        {
            parameters = parameters.Concat(Convolved(streams).Select(s => ParameterDescription.Bias(s.Convolution + ".bias", s.Width)));
        }
        return parameters;
    }

    /// <summary>The last K − 1 inputs of all convolutions; nothing without a kernel.</summary>
    public static IEnumerable<StateTensorDescription> DescribeState(IReadOnlyList<ProjectionStream> streams, int kernel)
        => kernel > 1 ? [new StateTensorDescription(StateName, [kernel - 1, Convolved(streams).Sum(s => s.Width)], Single: false)] : [];

    /// <summary>Taps of the convolution over q, k, v …, or null.</summary>
    public Tensor? Taps => taps;

    /// <summary>Bias of the convolution, or null.</summary>
    public Tensor? TapBias => tapBias;

    /// <summary>What a state holds of the convolution's inputs, or null where it holds nothing.</summary>
    public Tensor? Tail(MixerState state) => taps?.shape[^1] > 1 ? state[StateName] : null;

    /// <summary>Column of the product where a stream begins.</summary>
    public long Offset(int stream) => streams.Take(stream).Sum(s => (long)s.Width);

    /// <summary>The product alone, of norm(h): columns as <see cref="Offset"/> says.</summary>
    public Tensor Product(Tensor h, Tensor normWeight, double epsilon) => DecodeLinear.Run(h, weight, (normWeight, epsilon));

    /// <summary>All streams side by side, <c>[B,L,Σ width]</c> of x <c>[B,L,d]</c>, before any convolution.</summary>
    public Tensor Packed(Tensor x) => bias is null ? DecodeLinear.Run(x, weight) : nn.functional.linear(x, weight, bias);

    /// <summary>The streams <c>[B,L,width]</c> of x <c>[B,L,d]</c>.</summary>
    /// <param name="x">The mixer's input.</param>
    /// <param name="state">Holds the tail of the convolution; null at the start of a sequence that is not continued.</param>
    /// <param name="silu">Whether SiLU follows the convolution.</param>
    public Tensor[] Apply(Tensor x, MixerState? state, bool silu)
    {
        var projected = Packed(x);
        if (taps is null)
        {
            return Split(projected, streams);
        }
        var tail = state is null ? null : Tail(state);
        var (mixed, cache) = ShortConvolution.WithTail(projected.narrow(-1, 0, convolvedWidth), taps, tapBias, tail, silu);
        if (tail is not null)
        {
            state![StateName] = cache;
        }
        var convolved = Convolved(streams).ToArray();
        var rest = projected.narrow(-1, convolvedWidth, projected.shape[^1] - convolvedWidth);
        return [.. Split(mixed, convolved), .. Split(rest, streams[convolved.Length..])];
    }

    private static Tensor[] Split(Tensor x, ProjectionStream[] parts)
    {
        var pieces = new Tensor[parts.Length];
        var start = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            pieces[i] = x.narrow(-1, start, parts[i].Width);
            start += parts[i].Width;
        }
        return pieces;
    }

    private static IEnumerable<ProjectionStream> Convolved(IEnumerable<ProjectionStream> streams) => streams.Where(s => s.Convolution is not null);
}
