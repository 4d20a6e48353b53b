using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Reports;

/// <summary>Writes a static site that opens from a file, offline. Equal input gives equal bytes.</summary>
public static class ReportSite
{
    /// <summary>Writes the site of a run of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Which run, and where to.</param>
    /// <exception cref="ReportException">The store has no such run, or the folder cannot be written.</exception>
    public static ReportSummary Write(ResultStore store, ReportOptions options) => Write(ReportInputLoader.Load(store, options), options);

    /// <summary>Writes the site of records at hand.</summary>
    /// <param name="input">The records.</param>
    /// <param name="options">Where to.</param>
    /// <exception cref="ReportException">The folder cannot be written.</exception>
    public static ReportSummary Write(ReportInput input, ReportOptions options)
    {
        try
        {
            return SiteWriter.WriteAsync(new ReportModel(input), options).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ReportException.NotWritten(options.OutputFolder, error);
        }
    }
}
