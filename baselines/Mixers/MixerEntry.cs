namespace LT2.Eval.Models.Mixers;

/// <summary>A line of the catalogue.</summary>
/// <param name="Name">As written in variant files.</param>
/// <param name="Summary">One line for <c>lt2 list mixers</c>.</param>
/// <param name="WeightFamily">Entries of one family have the same parameters, so a layer that uses both in different loops stores them once (full and window).</param>
/// <param name="FlaLayer">The layer class of flash-linear-attention whose parameter names it has, or null.</param>
/// <param name="Options">What a variant file may set.</param>
/// <param name="Describe">Parameters, state and operations; without libtorch.</param>
/// <param name="Create">Builds it on allocated parameters.</param>
public sealed record MixerEntry(
    string Name, string Summary, string WeightFamily, string? FlaLayer, IReadOnlyList<MixerOption> Options,
    Func<MixerSettings, MixerDescription> Describe, Func<MixerSettings, MixerParameters, TokenMixer> Create);
