using System.Globalization;

namespace LT2.Eval.Tasks.Generators;

/// <summary>Whole numbers in a range, separated by commas; at least one.</summary>
public sealed record IntegerListParameter(string Name, string DefaultText, int Minimum, int Maximum) : ParameterDefinition(Name, DefaultText)
{
    /// <inheritdoc/>
    public override bool TryRead(string text, out object value, out string canonical, out string problem)
    {
        List<int> numbers = [];
        bool fine = true;
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            fine &= int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= Minimum && number <= Maximum;
            numbers.Add(number);
        }

        value = numbers;
        canonical = string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        problem = string.Create(CultureInfo.InvariantCulture, $"expected whole numbers from {Minimum} to {Maximum}, separated by commas");
        return fine;
    }
}
