namespace LT2.Eval.Reports.Views;

/// <summary>How one line is drawn on every page: colour and marker, so that no reader depends on colour. The dash tells what kind of line it is.</summary>
/// <param name="Color">Hexadecimal colour.</param>
/// <param name="Symbol">Plotly marker symbol.</param>
/// <param name="Dash">Plotly dash: solid for the run that is reported.</param>
public sealed record VariantStyle(string Color, string Symbol, string Dash)
{
    /// <summary>The same variant in the reference run: its colour, dashed, with an open marker that holds a dot.</summary>
    public VariantStyle InReference => this with { Symbol = Symbol + "-open-dot", Dash = "dash" };
}
