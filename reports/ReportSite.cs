using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports;

/// <summary>Writes a static site that opens from a file, offline. Equal input gives equal bytes.</summary>
public static class ReportSite
{
    /// <summary>Writes the site of records at hand.</summary>
    /// <param name="input">The records.</param>
    /// <param name="options">Where to.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static ReportSummary Write(ReportInput input, ReportOptions options) =>
        SiteWriter.WriteAsync(new ReportModel(input), options).GetAwaiter().GetResult();
}
