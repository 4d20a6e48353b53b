namespace LT2.Eval.Results.Gating;

/// <summary>How a gate's report is written.</summary>
public enum GateReportFormat
{
    /// <summary>Plain text for a terminal.</summary>
    Text,

    /// <summary>Markdown for a pull request or a chat.</summary>
    Markdown,

    /// <summary>JUnit XML for a continuous-integration server.</summary>
    JUnit,
}
