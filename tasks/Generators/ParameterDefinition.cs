namespace LT2.Eval.Tasks.Generators;

/// <summary>A parameter that a task takes.</summary>
/// <param name="Name">As a plan writes it.</param>
/// <param name="DefaultText">Value when a plan does not set it; the name of another parameter of the task means "the same as that".</param>
public abstract record ParameterDefinition(string Name, string DefaultText)
{
    /// <summary>Reads a value. On failure <paramref name="problem"/> says what is allowed, as in "expected an integer from 1 to 9".</summary>
    /// <param name="text">What the plan says.</param>
    /// <param name="value">The value: int, decimal, bool, string or a list of int.</param>
    /// <param name="canonical">The value as records write it; two spellings of a value have one canonical form.</param>
    /// <param name="problem">What is allowed.</param>
    public abstract bool TryRead(string text, out object value, out string canonical, out string problem);
}
