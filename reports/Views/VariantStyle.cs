namespace LT2.Eval.Reports.Views;

/// <summary>How one line is drawn on every page: colour, marker and dash, so that no reader depends on colour.</summary>
/// <param name="Color">Hexadecimal colour.</param>
/// <param name="Symbol">Plotly marker symbol.</param>
/// <param name="Dash">Plotly dash.</param>
public sealed record VariantStyle(string Color, string Symbol, string Dash)
{
    /// <summary>The same variant in the reference run: its colour, dashed, with an open marker that holds a dot.</summary>
    public VariantStyle InReference => this with { Symbol = Symbol + "-open-dot", Dash = Dash == "solid" ? "dash" : "longdash" };
}
