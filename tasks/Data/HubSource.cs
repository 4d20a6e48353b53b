namespace LT2.Eval.Tasks.Data;

/// <summary>A dataset repository of the Hugging Face hub.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
public sealed record HubSource(string Repository) : DatasetSource
{
    /// <inheritdoc/>
    public override string Label => $"Hugging Face hub: {Repository}";
}
