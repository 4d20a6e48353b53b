namespace LT2.Eval.Models.Mixers;

/// <summary>Every mixer, one line each.</summary>
public static class MixerCatalogue
{
    /// <summary>All entries, in the order in which they are listed.</summary>
    public static IReadOnlyList<MixerEntry> All { get; } =
    [
        new("full", "softmax attention over everything before", "attention", "Attention", AttentionMixer.Options, AttentionMixer.Describe, AttentionMixer.Full),
        new("window", "softmax attention over a sliding window", "attention", "Attention", AttentionMixer.WindowOptions, AttentionMixer.DescribeWindow, AttentionMixer.SlidingWindow),
        new("gdn", "Gated DeltaNet", "gdn", "GatedDeltaNet", GatedDeltaNetMixer.Options, GatedDeltaNetMixer.Describe, (s, p) => new GatedDeltaNetMixer(s, p)),
        new("linear", "linear attention with a feature map", "linear", "LinearAttention", LinearAttentionMixer.Options, LinearAttentionMixer.Describe, (s, p) => new LinearAttentionMixer(s, p)),
        new("retnet", "RetNet: constant decay a head", "retnet", "MultiScaleRetention", RetentionMixer.Options, RetentionMixer.Describe, (s, p) => new RetentionMixer(s, p)),
        new("gla", "gated linear attention: decay a key channel", "gla", "GatedLinearAttention", GatedLinearAttentionMixer.Options, GatedLinearAttentionMixer.Describe, (s, p) => new GatedLinearAttentionMixer(s, p)),
        new("hgrn2", "HGRN2: decay a key channel, key tied to the forget gate", "hgrn2", "HGRN2Attention", Hgrn2Mixer.Options, Hgrn2Mixer.Describe, (s, p) => new Hgrn2Mixer(s, p)),
        new("mamba2", "Mamba2: scalar decay a head, state-space duality", "mamba2", "Mamba2", Mamba2Mixer.Options, Mamba2Mixer.Describe, (s, p) => new Mamba2Mixer(s, p)),
        new("deltanet", "DeltaNet: the delta rule without decay", "deltanet", "DeltaNet", DeltaNetMixer.Options, DeltaNetMixer.Describe, (s, p) => new DeltaNetMixer(s, p)),
        new("kda", "Kimi delta attention: the delta rule with a decay a key channel", "kda", "KimiDeltaAttention", KimiDeltaAttentionMixer.Options, KimiDeltaAttentionMixer.Describe, (s, p) => new KimiDeltaAttentionMixer(s, p)),
        new("gated-deltaproduct", "Gated DeltaProduct: several delta-rule writes a token", "gated-deltaproduct", "GatedDeltaProduct", GatedDeltaProductMixer.Options, GatedDeltaProductMixer.Describe, (s, p) => new GatedDeltaProductMixer(s, p)),
        new("rwkv7", "RWKV7: diagonal plus low-rank transition", "rwkv7", "RWKV7Attention", Rwkv7Mixer.Options, Rwkv7Mixer.Describe, (s, p) => new Rwkv7Mixer(s, p)),
        new("nsa", "native sparse attention: block means, selected blocks, window", "nsa", "NativeSparseAttention", NativeSparseAttentionMixer.Options, NativeSparseAttentionMixer.Describe, (s, p) => new NativeSparseAttentionMixer(s, p)),
        new("dsa", "sparse attention over the top k of a learned lightning indexer", "dsa", null, DeepSeekSparseAttentionMixer.Options, DeepSeekSparseAttentionMixer.Describe, (s, p) => new DeepSeekSparseAttentionMixer(s, p)),
        new("dsa-untrained", "sparse attention of LT2's released code: its indexer is never trained", "dsa-untrained", null, UntrainedSparseAttentionMixer.Options, UntrainedSparseAttentionMixer.Describe, (s, p) => new UntrainedSparseAttentionMixer(s, p)),
    ];

    /// <summary>An entry by name, or null.</summary>
    public static MixerEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name);
}
