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
    ];

    /// <summary>An entry by name, or null.</summary>
    public static MixerEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name);
}
