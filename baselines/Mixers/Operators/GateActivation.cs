namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>The activation of an output gate.</summary>
public enum GateActivation
{
    /// <summary><c>z · σ(z)</c>: RetNet, GLA, GDN, DeltaNet.</summary>
    Swish,

    /// <summary><c>σ(z)</c>: KDA.</summary>
    Sigmoid,
}
