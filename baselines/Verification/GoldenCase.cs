namespace LT2.Eval.Models.Verification;

/// <summary>One golden case: what goes into an operator or layer, and what has to come out. Damaged cases carry the reason instead.</summary>
/// <param name="Source">File name.</param>
/// <param name="Mixer">The file's mixer: which operator is meant.</param>
/// <param name="Name">The case's name within its file.</param>
/// <param name="Attributes">Scalars and flags.</param>
/// <param name="Inputs">Given tensors by name.</param>
/// <param name="Outputs">Expected tensors by name.</param>
/// <param name="Damage">Why the case can't be used, or null.</param>
public sealed record GoldenCase(
    string Source, string Mixer, string Name, GoldenAttributes Attributes,
    IReadOnlyDictionary<string, GoldenTensor> Inputs, IReadOnlyDictionary<string, GoldenTensor> Outputs, string? Damage = null)
{
    /// <summary>A case (or a whole file) that can't be read.</summary>
    public static GoldenCase Damaged(string source, string mixer, string name, string reason)
        => new(source, mixer, name, GoldenAttributes.None, new Dictionary<string, GoldenTensor>(), new Dictionary<string, GoldenTensor>(), reason);
}
