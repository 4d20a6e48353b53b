using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.TextTasks;

/// <summary>A parameter that is any text but an empty one.</summary>
/// <param name="Name">As a plan writes it.</param>
/// <param name="DefaultText">Value when a plan does not set it.</param>
/// <param name="Expected">What it is, for messages.</param>
internal sealed record TextParameter(string Name, string DefaultText, string Expected) : ParameterDefinition(Name, DefaultText)
{
    /// <inheritdoc/>
    public override bool TryRead(string text, out object value, out string canonical, out string problem)
    {
        value = canonical = text;
        problem = $"expected {Expected}";
        return text.Length > 0;
    }
}
