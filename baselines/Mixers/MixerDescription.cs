namespace LT2.Eval.Models.Mixers;

/// <summary>What a mixer is made of, known without libtorch.</summary>
/// <param name="Parameters">In the order in which they lie in memory; neighbours may be claimed as one (see <see cref="MixerParameters.Packed"/>).</param>
/// <param name="State">What decoding keeps for each sequence, layer and loop.</param>
/// <param name="CoreFlopsPerToken">Forward operations of the mixer's core for one token at a context of that many tokens (a multiply-add is 2),
/// without the projections, which are counted from the parameters. Mean over positions for prefill is the caller's business.</param>
public sealed record MixerDescription(
    IReadOnlyList<ParameterDescription> Parameters, IReadOnlyList<StateTensorDescription> State, Func<int, double> CoreFlopsPerToken)
{
    /// <summary>Bytes of one sequence's decode state at that context length.</summary>
    public long StateBytes(int contextLength, int modelElementBytes) => State.Sum(tensor => tensor.Bytes(contextLength, modelElementBytes));
}
