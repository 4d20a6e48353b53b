using System.IO.Compression;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Store;

/// <summary>
/// One run in a file that a repository can keep: a store that holds this run alone, without paths of its host, its samples as far as there is room, compressed by Brotli.
/// </summary>
public static class RunArchive
{
    /// <summary>End of an archive's name.</summary>
    public const string Extension = ".store.br";

    // Each sample's row has a checksum of four bytes, which nothing makes smaller.
    private const int LeastBytesASample = 4;

    // Of Brotli's qualities: the second makes smaller files and takes several times as long, so it is asked only where that may decide whether samples fit.
    private const int QuickQuality = 9, ThoroughQuality = 10;

    // The least it may be hoped to leave of a file.
    private const double ThoroughShare = 0.85;

    /// <summary>Writes a run's archive, with the most of its samples that fits.</summary>
    /// <param name="store">The store that holds the run.</param>
    /// <param name="runId">The run.</param>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="mostBytes">Its largest size.</param>
    /// <returns>Which samples are in it.</returns>
    /// <exception cref="ResultsException">No such run, no room even without samples, or a file that cannot be written.</exception>
    public static ArchivedSamples Write(ResultStore store, string runId, string path, long mostBytes) => StoreErrors.Guard(path, () =>
    {
        var run = store.Run(runId);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var draft = path + ".draft";
        try
        {
            foreach (var samples in Enum.GetValues<ArchivedSamples>())
            {
                if (SampleCount(store, runId, samples) * LeastBytesASample > mostBytes)
                    continue;
                Remove(draft);
                Copy(store, run, draft, samples);
                var bytes = Compress(draft, QuickQuality);
                if (bytes.Length > mostBytes && bytes.Length * ThoroughShare <= mostBytes)
                    bytes = Compress(draft, ThoroughQuality);
                if (bytes.Length <= mostBytes)
                {
                    File.WriteAllBytes(draft, bytes);
                    File.Move(draft, path, overwrite: true);
                    return samples;
                }
            }

            throw new ResultsException(ResultsProblem.FileUnusable, $"Run '{runId}' does not fit {mostBytes:N0} bytes, even without its samples. Nothing was written; allow more.");
        }
        finally
        {
            Remove(draft);
        }
    });

    /// <summary>Unpacks an archive into a folder; returns the path of its store.</summary>
    /// <exception cref="ResultsException">The file is missing, or no archive.</exception>
    public static string Unpack(string path, string folder) => StoreErrors.Guard(path, () =>
    {
        if (!File.Exists(path))
            throw new ResultsException(ResultsProblem.StoreMissing, $"There is no archive at {path}. lt2 export --format archive and lt2 pin --with-records write one.");
        var store = Path.Combine(folder, ResultStore.FileName);
        try
        {
            using var compressed = File.OpenRead(path);
            using var brotli = new BrotliStream(compressed, CompressionMode.Decompress);
            using var target = File.Create(store);
            brotli.CopyTo(target);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            throw new ResultsException(ResultsProblem.StoreDamaged, $"{path} is no archive of a run, or damaged. Restore it from a copy.", exception);
        }

        return store;
    });

    private static long SampleCount(ResultStore store, string runId, ArchivedSamples samples) => samples == ArchivedSamples.None ? 0 : store.Read(() => Sql.Scalar(
        store.Connection,
        """
        SELECT SUM(sample_count) FROM sample_groups JOIN cells USING (cell_row) WHERE run_id = $0
            AND ($1 OR (slice IS NULL AND tested_loop_count = IFNULL(trained_loop_count, tested_loop_count)))
            AND ($2 IS NULL OR seed IS NULL OR seed = $2)
        """,
        runId, samples == ArchivedSamples.All, samples == ArchivedSamples.FirstSeed ? FirstSeed(store, runId) : null));

    private static long? FirstSeed(ResultStore store, string runId) => store.Cells(runId).Min(cell => cell.Seed);

    private static void Remove(string draft)
    {
        foreach (var rest in (string[])["", "-wal", "-shm"])
            File.Delete(draft + rest);
    }

    private static void Copy(ResultStore store, RunRecord run, string path, ArchivedSamples samples)
    {
        using var copy = ResultStore.Open(path, StoreAccess.ReadWrite);
        copy.CreateRun(run);
        copy.WriteEnvironment(run.RunId, [.. store.Environment(run.RunId).Where(entry => !entry.IsPathOfHost)]);
        var seed = FirstSeed(store, run.RunId);
        foreach (var cell in store.Cells(run.RunId))
        {
            var left = samples == ArchivedSamples.FirstSeed && cell.Seed is { } own && own != seed ? ArchivedSamples.None : samples;
            copy.WriteCell(Reduced(store.CellResult(run.RunId, cell.CellId), left) with { Events = [] });
        }

        foreach (var record in store.Events(run.RunId))
            copy.WriteEvent(run.RunId, record);
        copy.Read(() => Sql.Execute(copy.Connection, "PRAGMA journal_mode = DELETE")); // one file, no log beside it
    }

    private static CellResult Reduced(CellResult cell, ArchivedSamples samples) => samples switch
    {
        ArchivedSamples.All => cell,
        ArchivedSamples.TrainedLoopCount or ArchivedSamples.FirstSeed => cell with
        {
            Samples = [.. cell.Samples.Where(sample => sample.Slice is null && sample.TestedLoopCount == (cell.Cell.TrainedLoopCount ?? sample.TestedLoopCount))
                .Select(sample => sample with { Answer = null, Expected = null })],
            Responses = [],
        },
        _ => cell with { Samples = [], Responses = [] },
    };

    private static byte[] Compress(string path, int quality)
    {
        using var result = new MemoryStream();
        using (var brotli = new BrotliStream(result, new BrotliCompressionOptions { Quality = quality }, leaveOpen: true))
        using (var source = File.OpenRead(path))
        {
            source.CopyTo(brotli);
        }

        return result.ToArray();
    }
}
