namespace LT2.Eval.Reports.Views;

/// <summary>Gives each name its style: the same on every page of a site.</summary>
public sealed class VariantStyles
{
    // Okabe and Ito (2008), in the order that keeps the best contrast on both backgrounds first; their black is a middle grey here.
    private static readonly string[] Colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#808080"];
    private static readonly string[] Symbols = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down", "hexagon"];

    /// <summary>From this index on colours repeat.</summary>
    public static readonly int ColorCount = Colors.Length;

    private static readonly string[] Dashes = ["solid", "dot", "dashdot", "longdashdot"];

    private readonly Dictionary<string, int> indexes;

    /// <summary>Styles for names, in ordinal order.</summary>
    /// <param name="names">Every name that is drawn.</param>
    public VariantStyles(IEnumerable<string> names)
    {
        indexes = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select((name, index) => (name, index))
            .ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
    }

    /// <summary>The style of a name; unknown names share the last one.</summary>
    /// <param name="name">A variant or a line.</param>
    public VariantStyle this[string name] => At(indexes.GetValueOrDefault(name, indexes.Count));

    /// <summary>The style of one of several lines of a name that differ in something else, such as T: the name's colour, another marker and a dash that no reference run has.</summary>
    /// <param name="name">A variant.</param>
    /// <param name="line">From 0, which is the name's own style.</param>
    public VariantStyle Of(string name, int line)
    {
        var index = indexes.GetValueOrDefault(name, indexes.Count);
        return At(index) with { Symbol = Symbols[(index + line) % Symbols.Length], Dash = Dashes[line % Dashes.Length] };
    }

    /// <summary>The style at an index: solid; colours repeat after seven, markers after nine, and both together after 63.</summary>
    /// <param name="index">From 0.</param>
    public static VariantStyle At(int index) =>
        new(Colors[index % Colors.Length], Symbols[index % Symbols.Length], "solid");
}
