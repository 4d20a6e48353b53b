using System.CommandLine;
using System.Globalization;

namespace LT2.Eval.Harness.Commands;

/// <summary>Limits of numbers on the command line, checked before anything begins.</summary>
internal static class OptionRange
{
    /// <summary>The option, which refuses numbers outside the range; what is no number at all is left to the parser.</summary>
    /// <param name="option">An option of one number.</param>
    /// <param name="minimum">Smallest value.</param>
    /// <param name="maximum">Largest value.</param>
    public static Option<T> InRange<T>(this Option<T> option, double minimum, double maximum = double.PositiveInfinity)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !(number >= minimum && number <= maximum))
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture,
                        $"{option.Name}: {token.Value} is {(double.IsPositiveInfinity(maximum) ? $"not at least {minimum}" : $"not from {minimum} to {maximum}")}."));
                }
            }
        });
        return option;
    }
}
