namespace LT2.Eval.Reports.Views;

/// <summary>Comparisons whose p-values are adjusted together.</summary>
public enum ChangeFamily
{
    /// <summary>Scores and losses.</summary>
    Quality,

    /// <summary>Times.</summary>
    Latency,

    /// <summary>Bytes.</summary>
    Memory,
}
