using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Conversion;

/// <summary>How a foreign checkpoint becomes one of ours.</summary>
/// <param name="Definition">The model that its configuration describes.</param>
/// <param name="StoredNames">For one of our parameters, the names it may have there, the likeliest first.</param>
/// <param name="Ignorable">Tensors there that hold nothing of their own (position tables, a copy of a tied head).</param>
/// <param name="Family">For the origin line: what kind of checkpoint it is.</param>
internal sealed record ImportPlan(ModelDefinition Definition, Func<string, IReadOnlyList<string>> StoredNames, Func<string, bool> Ignorable, string Family)
{
    /// <summary>How one of our parameters is made from a tensor of that name there, where it is not that tensor itself; null where it is.</summary>
    public Func<string, string, TensorAdaption?> Adapt { get; init; } = static (_, _) => null;
}
