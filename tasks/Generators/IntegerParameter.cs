using System.Globalization;

namespace LT2.Eval.Tasks.Generators;

/// <summary>A whole number in a range, both ends included.</summary>
public sealed record IntegerParameter(string Name, string DefaultText, int Minimum, int Maximum) : ParameterDefinition(Name, DefaultText)
{
    /// <summary>Creates it with a number as its default.</summary>
    public IntegerParameter(string name, int defaultValue, int minimum, int maximum)
        : this(name, defaultValue.ToString(CultureInfo.InvariantCulture), minimum, maximum)
    {
    }

    /// <inheritdoc/>
    public override bool TryRead(string text, out object value, out string canonical, out string problem)
    {
        bool fine = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            && number >= Minimum && number <= Maximum;
        value = number;
        canonical = number.ToString(CultureInfo.InvariantCulture);
        problem = string.Create(CultureInfo.InvariantCulture, $"expected a whole number from {Minimum} to {Maximum}");
        return fine;
    }
}
