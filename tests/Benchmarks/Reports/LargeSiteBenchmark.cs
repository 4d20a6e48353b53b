using System.Globalization;
using LT2.Eval.Reports;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Benchmarks.Reports;

/// <summary>
/// How long the report of a large store takes: 200 nights of 500 series, 100,000 samples in the last night and in the one it is compared with. The records are
/// made up; the site of a real run is smaller. Prints one JSON line; <c>processorSeconds</c> is what the machine's other work does not change.
/// </summary>
internal static class LargeSiteBenchmark
{
    /// <summary>Name on the command line.</summary>
    public const string Name = "large-site";

    /// <summary>Writes the store and the site below the system's temporary folder and removes both; <c>--keep</c> leaves them.</summary>
    public static int Run(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("lt2-large-site-").FullName;
        try
        {
            using var store = ResultStore.Open(Path.Combine(folder, ResultStore.FileName), StoreAccess.ReadWrite);
            LargeStore.Fill(store);
            var (started, processorTime) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var summary = ReportSite.Write(store, new ReportOptions
            {
                OutputFolder = Path.Combine(folder, "site"), ReferenceRunId = LargeStore.RunId(LargeStore.Nights - 2), HistoryRuns = LargeStore.Nights,
            });
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            var processorSeconds = (Environment.CpuUsage.TotalTime - processorTime).TotalSeconds;
            var files = Directory.GetFiles(Path.Combine(folder, "site"), "*", SearchOption.AllDirectories);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"benchmark":"{{Name}}","nights":{{LargeStore.Nights}},"series":{{LargeStore.SeriesCount}},"samples":{{LargeStore.SampleCount}},"processors":{{Environment.ProcessorCount}},"seconds":{{seconds:0.0}},"processorSeconds":{{processorSeconds:0.0}},"pages":{{summary.Pages.Length}},"indexBytes":{{new FileInfo(summary.IndexPath).Length}},"largestPageBytes":{{summary.Pages.Max(page => new FileInfo(Path.Combine(folder, "site", page)).Length)}},"files":{{files.Length}},"siteBytes":{{files.Sum(file => new FileInfo(file).Length)}}}"""));
            return 0;
        }
        finally
        {
            if (!arguments.Contains("--keep"))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
