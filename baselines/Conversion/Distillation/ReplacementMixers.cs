using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>The new mixers of a student before the student exists: parameters of their own, so that they train while the teacher stays as it is.</summary>
internal sealed class ReplacementMixers : IDisposable
{
    readonly Dictionary<int, TokenMixer> mixers = [];

    /// <summary>Mixers with first values taken from the teacher.</summary>
    /// <param name="student">Where its mixers differ from the teacher's, there is one here.</param>
    /// <param name="teacher">The model that is converted.</param>
    /// <param name="seed">Seed of what the teacher has no values for.</param>
    /// <param name="type">Element type.</param>
    internal ReplacementMixers(ModelDefinition student, LoopedModel teacher, long seed, ScalarType type)
    {
        var places = Enumerable.Range(0, student.LayerCount).Where(layer => !student.MixerAt(0, layer).Equals(teacher.Definition.MixerAt(0, layer)))
            .Select(layer => (Layer: layer, Mixer: MixerPlacement.InLayer(student, layer)[0])).ToArray();
        Parameters = new ParameterStore(
            [.. places.SelectMany(place => place.Mixer.Description.Parameters.Select(parameter => parameter with { Name = place.Mixer.Prefix + parameter.Name }))],
            teacher.Device.TorchDevice, type);
        ParameterInitialiser.Fill(Parameters, seed);
        foreach (var (layer, place) in places)
        {
            AttentionToDeltaNet.Fill(Parameters, place.Prefix, name => teacher.Parameters.View(place.Prefix + name), AttentionShape.Of(teacher.Definition, teacher.Definition.MixerAt(0, layer)));
            mixers[layer] = place.Entry.Create(place.Settings, new PrefixedParameters(Parameters, place.Prefix));
        }
    }

    /// <summary>All their parameters, under the names they will have in the student.</summary>
    internal ParameterStore Parameters { get; }

    /// <summary>Layers that have one.</summary>
    internal IEnumerable<int> Layers => mixers.Keys.Order();

    /// <summary>The mixer of a layer, or null where the teacher's own stays.</summary>
    internal TokenMixer? Find(int layer) => mixers.GetValueOrDefault(layer);

    public void Dispose()
    {
        foreach (var mixer in mixers.Values) (mixer as IDisposable)?.Dispose();
        Parameters.Dispose();
    }
}
