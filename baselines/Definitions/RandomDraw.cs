namespace LT2.Eval.Models.Definitions;

/// <summary>
/// Mixers drawn at random: every (loop, layer) slot holds one of the choices, drawn anew for each training step; at test the logits of
/// <paramref name="Votes"/> fixed draws are averaged (LT2's random-sample plus voting, Table 3).
/// </summary>
/// <param name="Choices">What may stand in a slot.</param>
/// <param name="Weights">Their odds, in the same order.</param>
/// <param name="Votes">K, draws averaged at test.</param>
/// <param name="Seed">Seed of the draws; training step s uses draw s, test uses draws −1 … −K.</param>
public sealed record RandomDraw(IReadOnlyList<MixerChoice> Choices, IReadOnlyList<int> Weights, int Votes, int Seed);
