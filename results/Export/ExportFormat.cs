namespace LT2.Eval.Results.Export;

/// <summary>Formats of an exported run.</summary>
public enum ExportFormat
{
    /// <summary>Comma-separated values.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    JsonLines,
}
