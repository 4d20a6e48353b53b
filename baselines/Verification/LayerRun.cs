using System.Globalization;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification;

/// <summary>Runs a mixer of the catalogue on given weights, in its parallel and in its recurrent form, and compares both with what is expected.</summary>
/// <param name="Mixer">The catalogue's name.</param>
/// <param name="Settings">Sizes and options.</param>
/// <param name="Weights">By FLA's names, on CPU; the caller owns them.</param>
/// <param name="Input"><c>[B,T,d]</c>.</param>
/// <param name="Expected"><c>[B,T,d]</c>.</param>
/// <param name="Shared">What earlier layers hand on, by the names of <see cref="MixerCall.Shared"/>; each <c>[B,T,…]</c>.</param>
internal sealed record LayerRun(
    string Mixer, MixerSettings Settings, IReadOnlyDictionary<string, Tensor> Weights, Tensor Input, GoldenTensor Expected, IReadOnlyDictionary<string, Tensor> Shared)
{
    /// <exception cref="ModelException">Weights that are missing, left over, or of another shape: all of them.</exception>
    public void Compare(ErrorMeter meter, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var entry = MixerCatalogue.Find(Mixer) ?? throw new ModelException($"this build has no mixer '{Mixer}'.");
        var description = entry.Describe(Settings);
        Check(description);
        using var store = new ParameterStore(description.Parameters, device, dtype);
        foreach (var parameter in description.Parameters)
        {
            store.View(parameter.Name).copy_(Weights[parameter.Name]);
        }
        var mixer = entry.Create(Settings, new PrefixedParameters(store, ""));
        using var disposable = mixer as IDisposable;
        var x = Input.to(dtype, device);
        meter.Compare("y", "parallel", Expected, mixer.Forward(x, null, Call(0, x.shape[1], x)));
        using var state = mixer.NewState((int)x.shape[0], (int)x.shape[1], device, dtype);
        var steps = Enumerable.Range(0, (int)x.shape[1]).Select(t => mixer.Step(x.narrow(1, t, 1), state, Call(t, 1, x)));
        meter.Compare("y", "recurrent", Expected, cat([.. steps], 1));
    }

    private MixerCall Call(int start, long length, Tensor x) => new()
    {
        Positions = SequencePositions.All((int)x.shape[0], start),
        LayerIndex = Settings.LayerIndex,
        Shared = Shared.ToDictionary(pair => pair.Key, pair => pair.Value.narrow(1, start, length).to(x.dtype, x.device), StringComparer.Ordinal),
    };

    private void Check(MixerDescription description)
    {
        var described = description.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var problems = described.Keys.Except(Weights.Keys).Select(name => $"weight '{name}' is missing")
            .Concat(Weights.Keys.Except(described.Keys).Select(name => $"weight '{name}' is not one of this layer"))
            .Concat(Weights.Where(w => described.ContainsKey(w.Key) && !w.Value.shape.SequenceEqual(described[w.Key].Shape.Select(n => (long)n)))
                .Select(w => $"weight '{w.Key}' has the shape {OperatorShapes.Text(w.Value.shape)}; this layer needs {OperatorShapes.Text(described[w.Key].Shape.Select(n => (long)n))}"))
            .ToList();
        if (Input.dim() != 3 || Input.shape[2] != Settings.Width)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"x has the shape {OperatorShapes.Text(Input.shape)}; it must be [batch, time, {Settings.Width}]"));
        }
        if (problems.Count > 0)
        {
            throw new ModelException(string.Join("; ", problems) + ".");
        }
    }
}
