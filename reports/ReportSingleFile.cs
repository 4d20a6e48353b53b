using System.Text;
using LT2.Eval.Reports.Input;
using LT2.Eval.Reports.Rendering;
using LT2.Eval.Reports.Views;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Reports;

/// <summary>Writes a report as one HTML file, for mail and chat: the main pages, without single samples and single series.</summary>
public static class ReportSingleFile
{
    /// <summary>Writes the report of a run of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Which run; the folder of the options is not used.</param>
    /// <param name="path">The file; its folder is created if absent.</param>
    /// <returns>Full path of the file.</returns>
    /// <exception cref="ReportException">The store has no such run, or the file cannot be written.</exception>
    public static string Write(ResultStore store, ReportOptions options, string path) => Write(ReportInputLoader.Load(store, options), path);

    /// <summary>Writes the report of records at hand.</summary>
    /// <param name="input">The records.</param>
    /// <param name="path">The file; its folder is created if absent.</param>
    /// <returns>Full path of the file.</returns>
    /// <exception cref="ReportException">The file cannot be written.</exception>
    public static string Write(ReportInput input, string path)
    {
        var full = Path.GetFullPath(path);
        var html = SingleFileWriter.RenderAsync(new ReportModel(input)).GetAwaiter().GetResult();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, html, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            return full;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ReportException.NotWritten(full, error);
        }
    }
}
