using System.Globalization;

namespace LT2.Eval.Models.Mixers;

/// <summary>What a mixer is built for: the model's sizes, its own place, and the options of the variant file.</summary>
/// <param name="Width">d, the width of the residual stream.</param>
/// <param name="HeadCount">Heads of the model; a mixer may be given its own by option.</param>
/// <param name="LayerIndex">Stored layer, from 0.</param>
/// <param name="LayerCount">N, stored layers.</param>
/// <param name="MaximumLength">Longest sequence, for position tables.</param>
/// <param name="NormEpsilon">ε of every RMSNorm, unless <see cref="OutputNormEpsilon"/> says otherwise.</param>
/// <param name="CarryLoopCount">T where the variant lets a mixer read the previous loop's state, else 0. A mixer that cannot ignores it.</param>
/// <param name="Options">Option name → text as in the variant file. Absent means default.</param>
public sealed record MixerSettings(
    int Width, int HeadCount, int LayerIndex, int LayerCount, int MaximumLength, double NormEpsilon, IReadOnlyDictionary<string, string> Options,
    int CarryLoopCount = 0)
{
    /// <summary>An integer option, or <paramref name="fallback"/> where it is absent or <c>auto</c>.</summary>
    public int Integer(string name, int fallback) => Text(name) is { } text ? Parse(name, text, int.Parse) : fallback;

    /// <summary>A real option, or <paramref name="fallback"/> where it is absent or <c>auto</c>.</summary>
    public double Real(string name, double fallback) => Text(name) is { } text ? Parse(name, text, double.Parse) : fallback;

    /// <summary>A switch, or <paramref name="fallback"/> where it is absent or <c>auto</c>.</summary>
    public bool Switch(string name, bool fallback) => Text(name) switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        var text => throw new ModelException($"Option {name} is '{text}'; write true or false."),
    };

    /// <summary>One of several words, or <paramref name="fallback"/> where it is absent or <c>auto</c>.</summary>
    public string Word(string name, string fallback, params string[] choices)
    {
        var text = Text(name) ?? fallback;
        return choices.Contains(text, StringComparer.Ordinal) ? text : throw new ModelException($"Option {name} is '{text}'; it must be one of {string.Join(", ", choices)}.");
    }

    /// <summary>ε of a mixer's own output norm: its option <c>normEpsilon</c>, or that of the model.</summary>
    public double OutputNormEpsilon
    {
        get
        {
            var epsilon = Real(MixerOption.NormEpsilon.Name, NormEpsilon);
            return epsilon >= 0 ? epsilon : throw new ModelException(FormattableString.Invariant($"Option {MixerOption.NormEpsilon.Name} is {epsilon}; it must be 0 or more."));
        }
    }

    string? Text(string name) => Options.TryGetValue(name, out var text) && text != "auto" ? text : null;

    static T Parse<T>(string name, string text, Func<string, IFormatProvider, T> parse)
    {
        try
        {
            return parse(text, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new ModelException($"Option {name} is '{text}', which is not a number of the kind it needs.", error);
        }
    }
}
