namespace LT2.Eval.Models.Verification;

/// <summary>A layer class of flash-linear-attention.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mixer">The catalogue's mixer that mirrors it.</param>
/// <param name="HiddenSize">FLA's default width.</param>
/// <param name="Read">Turns its arguments into the mixer's options.</param>
internal sealed record LayerClass(string Name, string Mixer, int HiddenSize, Action<LayerArguments, LayerOptions> Read);
