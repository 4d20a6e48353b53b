namespace LT2.Eval.Models.Mixers;

/// <summary>Every mixer, one line each.</summary>
public static class MixerCatalogue
{
    /// <summary>All entries, in the order in which they are listed.</summary>
    public static IReadOnlyList<MixerEntry> All { get; } =
    [
    ];

    /// <summary>An entry by name, or null.</summary>
    public static MixerEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name);
}
