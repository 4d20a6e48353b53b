namespace LT2.Eval.Tasks.Data;

/// <summary>One version of an npm package.</summary>
public sealed record NpmSource(string Package, string Version) : DatasetSource
{
    /// <inheritdoc/>
    public override string Label => $"npm: {Package} {Version}";
}
