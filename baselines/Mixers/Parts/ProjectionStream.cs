namespace LT2.Eval.Models.Mixers.Parts;

/// <summary>One linear map of the input, with its convolution where it has one.</summary>
/// <param name="Projection">Parameter prefix of the map, such as <c>q_proj</c>.</param>
/// <param name="Width">Output channels.</param>
/// <param name="Convolution">Parameter prefix of the short convolution, such as <c>q_conv1d</c>, or null.</param>
internal sealed record ProjectionStream(string Projection, int Width, string? Convolution = null);
