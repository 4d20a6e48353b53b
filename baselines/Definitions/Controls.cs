namespace LT2.Eval.Models.Definitions;

/// <summary>The non-looped controls of looped variants: same stored weights, or same operations a token.</summary>
public static class Controls
{
    /// <summary>What the name of a control ends in.</summary>
    public static string Suffix(ControlKind kind) => kind == ControlKind.Once ? "-once" : "-deep";

    /// <summary>The control of a looped definition. Residual gate and state carry go, since they mean nothing in one pass.</summary>
    public static ModelDefinition Of(ModelDefinition looped, ControlKind kind)
    {
        var at = looped.VariantId.Split('@');
        var control = looped with
        {
            VariantId = $"{at[0]}{Suffix(kind)}@{at[1]}", LoopCount = 1, ResidualGate = false, CarryState = false, Slots = [looped.Slots[0]],
            Title = $"{looped.Title}, {(kind == ControlKind.Once ? "one pass" : "unrolled")}",
            Summary = kind == ControlKind.Once
                ? $"One pass through the stored layers of {at[0]}: the same weights, a T-th of the operations."
                : $"{looped.LayerCount * looped.LoopCount} stored layers in one pass: the operations of {at[0]}, T times the weights.",
        };
        if (kind == ControlKind.Once) return control;
        var layers = Enumerable.Range(0, looped.LoopCount).SelectMany(loop => Enumerable.Range(0, looped.LayerCount).Select(layer => looped.MixerAt(loop, layer)));
        return control with { LayerCount = looped.LayerCount * looped.LoopCount, Slots = [[.. layers]] };
    }
}
