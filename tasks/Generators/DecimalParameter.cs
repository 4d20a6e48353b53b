using System.Globalization;

namespace LT2.Eval.Tasks.Generators;

/// <summary>A decimal number in a range, both ends included; exact, so that it means the same on every machine.</summary>
public sealed record DecimalParameter(string Name, string DefaultText, decimal Minimum, decimal Maximum) : ParameterDefinition(Name, DefaultText)
{
    /// <inheritdoc/>
    public override bool TryRead(string text, out object value, out string canonical, out string problem)
    {
        bool fine = decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            && number >= Minimum && number <= Maximum;
        value = number;
        canonical = number.ToString("0.#########", CultureInfo.InvariantCulture);
        problem = string.Create(CultureInfo.InvariantCulture, $"expected a number from {Minimum} to {Maximum}");
        return fine;
    }
}
