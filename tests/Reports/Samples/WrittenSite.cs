using System.Text;
using LT2.Eval.Reports.Input;

namespace LT2.Eval.Reports.Tests.Samples;

/// <summary>A site written to a folder of its own, removed at the end.</summary>
public sealed class WrittenSite : IDisposable
{
    public WrittenSite(ReportInput input)
    {
        Folder = Directory.CreateTempSubdirectory("lt2-site-").FullName;
        Summary = ReportSite.Write(input, new ReportOptions { OutputFolder = Folder });
    }

    public string Folder { get; }

    public ReportSummary Summary { get; }

    public string Read(string path) => File.ReadAllText(Path.Combine(Folder, path), Encoding.UTF8);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
