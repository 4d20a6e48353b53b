namespace LT2.Eval.Models.Definitions;

/// <summary>A non-looped control of a looped variant.</summary>
public enum ControlKind
{
    /// <summary>One pass through the same stored weights: <c>NAME-once</c>.</summary>
    Once,

    /// <summary>N · T stored layers in one pass, the operations a token of the loop: <c>NAME-deep</c>.</summary>
    Deep,
}
