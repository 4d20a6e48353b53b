using System.Text.Json;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>
/// The pairs that confirmations measured, in a file of JSON lines: they cost an hour of a GPU in a plan's first nights, so a gate that is killed or asked again goes on with them.
/// A pair says how two builds compare on a class of hosts, whichever night asked.
/// </summary>
public sealed class KeptPairs
{
    private static readonly JsonSerializerOptions OneLine = new(GatingJson.Options) { WriteIndented = false };

    private readonly string path;
    private readonly Action<string> message;
    private readonly List<KeptPair> pairs = [];
    private readonly Lock writing = new();

    /// <summary>Reads the file; none is an empty one. A line that is not whole, as a killed program leaves it, is named and left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="message">Receives what could not be read or kept.</param>
    /// <exception cref="ResultsException">The file is there and cannot be read.</exception>
    public KeptPairs(string path, Action<string> message)
    {
        (this.path, this.message) = (path, message);
        string[] lines;
        try
        {
            lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(ResultsProblem.FileUnusable, $"{path} cannot be read: {exception.Message} Make it readable, or name another file with --confirmations.", exception);
        }
        for (var line = 0; line < lines.Length; line++)
        {
            if (lines[line].Length > 0 && Read(lines[line]) is { } pair)
                pairs.Add(pair);
            else if (lines[line].Length > 0)
                message($"{path}, line {line + 1} is not a whole pair of format {KeptPair.CurrentSchemaVersion} and is left out.");
        }
    }

    /// <summary>Every pair, in the order of the file.</summary>
    public IReadOnlyList<KeptPair> All
    {
        get
        {
            lock (writing)
                return [.. pairs];
        }
    }

    /// <summary>What was measured of two builds on a class of hosts, oldest first.</summary>
    public IReadOnlyList<KeptPair> Of(string baselineBuild, string candidateBuild, string what, string hostClass)
    {
        lock (writing)
        {
            return [.. pairs.Where(pair => pair.BaselineBuild == baselineBuild && pair.CandidateBuild == candidateBuild && pair.What == what
                && pair.Baseline.HostClass == hostClass && pair.Candidate.HostClass == hostClass)];
        }
    }

    /// <summary>Keeps a pair. A file that cannot be written is a message: the pair counts for this verdict.</summary>
    public void Add(KeptPair pair)
    {
        lock (writing)
        {
            pairs.Add(pair);
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
                // What a killed program left behind must not swallow this line.
                var isTorn = stream.Length > 0 && stream.Seek(-1, SeekOrigin.End) >= 0 && stream.ReadByte() != '\n';
                stream.Seek(0, SeekOrigin.End);
                stream.Write(System.Text.Encoding.UTF8.GetBytes($"{(isTorn ? "\n" : "")}{JsonSerializer.Serialize(pair, OneLine)}\n"));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                message($"A pair could not be kept in {path}: {exception.Message}");
            }
        }
    }

    private static KeptPair? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<KeptPair>(line, OneLine) is { SchemaVersion: KeptPair.CurrentSchemaVersion } pair ? pair : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
