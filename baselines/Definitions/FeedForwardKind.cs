namespace LT2.Eval.Models.Definitions;

/// <summary>What follows the mixer in a block.</summary>
public enum FeedForwardKind
{
    /// <summary>W_down (silu(W_gate x) ⊙ W_up x) (LT2, Llama, Ouro).</summary>
    SwiGlu,

    /// <summary>RWKV7's channel mix: a token shift, then W_value relu(W_key x)².</summary>
    ChannelMix,

    /// <summary>Nothing: the block is a norm and its mixer (Mamba2).</summary>
    None,
}
