namespace LT2.Eval.Tasks.Data;

/// <summary>Packages of the Debian distribution this machine is set up for.</summary>
/// <param name="Packages">Every one of them is needed.</param>
/// <param name="OptionalPackages">Libraries to unpack beside, by any of the names they had; absent ones are no error.</param>
public sealed record DebianSource(IReadOnlyList<string> Packages, IReadOnlyList<string> OptionalPackages) : DatasetSource
{
    /// <summary>Packages without optional ones.</summary>
    public DebianSource(params string[] packages)
        : this(packages, [])
    {
    }

    /// <inheritdoc/>
    public override string Label => $"Debian: {string.Join(", ", Packages)}";
}
