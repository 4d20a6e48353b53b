namespace LT2.Eval.Tasks.Generators;

/// <summary>One of a few words.</summary>
public sealed record ChoiceParameter(string Name, string DefaultText, IReadOnlyList<string> Choices) : ParameterDefinition(Name, DefaultText)
{
    /// <inheritdoc/>
    public override bool TryRead(string text, out object value, out string canonical, out string problem)
    {
        value = canonical = text;
        problem = $"expected one of {string.Join(", ", Choices)}. {NearestName.Hint(text, Choices)}".TrimEnd('.');
        return Choices.Contains(text, StringComparer.Ordinal);
    }
}
