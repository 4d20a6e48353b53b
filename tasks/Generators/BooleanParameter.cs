namespace LT2.Eval.Tasks.Generators;

/// <summary>True or false.</summary>
public sealed record BooleanParameter(string Name, string DefaultText) : ParameterDefinition(Name, DefaultText)
{
    /// <inheritdoc/>
    public override bool TryRead(string text, out object value, out string canonical, out string problem)
    {
        bool fine = bool.TryParse(text, out bool flag);
        value = flag;
        canonical = flag ? "true" : "false";
        problem = "expected true or false";
        return fine;
    }
}
