using System.Globalization;

namespace LT2.Eval.Models.Verification;

/// <summary>Which of an operator's forms is run: chunkwise (or parallel) with a chunk length, or recurrent, token by token.</summary>
/// <param name="ChunkLength">Null for the recurrent form.</param>
internal sealed record OperatorForm(long? ChunkLength)
{
    public static OperatorForm Recurrent { get; } = new((long?)null);

    public bool IsRecurrent => ChunkLength is null;

    public override string ToString() => ChunkLength is { } length ? $"chunk length {length.ToString(CultureInfo.InvariantCulture)}" : "recurrent";
}
