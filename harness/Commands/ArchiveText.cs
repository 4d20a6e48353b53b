using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary>Writes a run's archive and says what had room in it.</summary>
internal static class ArchiveText
{
    public static string Write(ResultStore store, string runId, string path, double mostMegabytes, TextWriter writer)
    {
        var samples = RunArchive.Write(store, runId, path, (long)(mostMegabytes * 1e6));
        writer.WriteLine($"{path}: {new FileInfo(path).Length / 1e6:0.0} MB, {Contents(samples)}.");
        return path;
    }

    private static string Contents(ArchivedSamples samples) => samples switch
    {
        ArchivedSamples.All => "with all samples",
        ArchivedSamples.TrainedLoopCount => "with the samples at trained loop counts; the others do not fit",
        ArchivedSamples.FirstSeed => "with the first seed's samples at trained loop counts; the others do not fit",
        _ => "without samples, which do not fit",
    };
}
