namespace LT2.Eval.Models.Definitions;

/// <summary>Which mixer runs in a slot, and how it is set.</summary>
/// <param name="Mixer">Name in the mixer catalogue.</param>
/// <param name="Options">Options as written in the variant file, sorted; absent means the mixer's default.</param>
public sealed record MixerChoice(string Mixer, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>One line that tells two choices apart.</summary>
    public string Key => Mixer + string.Concat(Options.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $" {o.Key}={o.Value}"));

    /// <inheritdoc/>
    public bool Equals(MixerChoice? other) => other is not null && other.Key == Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
