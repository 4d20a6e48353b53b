using System.Globalization;

namespace LT2.Eval.Harness.Commands;

/// <summary>Seconds as people say them: <c>42 s</c>, <c>12 min</c>, <c>3.4 h</c>, <c>2.1 d</c>.</summary>
internal static class DurationText
{
    public static string Of(double seconds) => seconds switch
    {
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 90 * 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        < 48 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0.0} d"),
    };
}
