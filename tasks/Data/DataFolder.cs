using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data;

/// <summary>
/// The folder that holds data sets: catalogue entries as <c>ID/</c>, data sets of the hub as <c>OWNER/NAME/</c>.
/// </summary>
public sealed class DataFolder : IDataLocator
{
    /// <summary>The record each installed data set carries.</summary>
    public const string ManifestName = "dataset.json";

    /// <summary>Uses a given folder, which need not exist yet.</summary>
    public DataFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The folder that the option, the environment or the default names, in this order.</summary>
    /// <param name="option">Value of <c>--data</c>; null if not given.</param>
    /// <remarks><c>LT2_DATA</c>, then <c>$XDG_CACHE_HOME/lt2/data</c>, then <c>~/.cache/lt2/data</c>.</remarks>
    public static DataFolder Resolve(string? option) => Resolve(option, Environment.GetEnvironmentVariable);

    internal static DataFolder Resolve(string? option, Func<string, string?> environment)
    {
        if (!string.IsNullOrEmpty(option))
        {
            return new DataFolder(option);
        }

        if (environment("LT2_DATA") is { Length: > 0 } named)
        {
            return new DataFolder(named);
        }

        // The XDG specification says to ignore a relative value.
        var cache = environment("XDG_CACHE_HOME") is { Length: > 0 } xdg && System.IO.Path.IsPathRooted(xdg)
            ? xdg
            : System.IO.Path.Combine(environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return new DataFolder(System.IO.Path.Combine(cache, "lt2", "data"));
    }

    /// <inheritdoc/>
    public bool IsPresent(string datasetId)
    {
        var folder = FolderOf(datasetId);
        return DatasetCatalogue.Find(datasetId) is { } definition
            ? File.Exists(System.IO.Path.Combine(folder, ManifestName))
                && definition.Files.All(file => File.Exists(System.IO.Path.Combine(folder, file.Name)))
            : Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any();
    }

    /// <inheritdoc/>
    public string Locate(string datasetId) => IsPresent(datasetId)
        ? FolderOf(datasetId)
        : throw new TaskException(MissingMessage(datasetId));

    /// <summary>Where a data set lies or would lie.</summary>
    /// <exception cref="TaskException">The id could point outside the folder.</exception>
    public string FolderOf(string datasetId)
    {
        var pieces = datasetId.Split('/');
        if (pieces.Length > 2 || pieces.Any(piece => piece.Length == 0 || piece[0] == '.' || piece.AsSpan().ContainsAny('\\', ':', '\0')))
        {
            throw new TaskException($"'{datasetId}' is no data set id: it is a name of the catalogue or OWNER/NAME of the hub.");
        }

        return System.IO.Path.Combine([Path, .. pieces]);
    }

    private string MissingMessage(string datasetId)
    {
        var folder = FolderOf(datasetId);
        return DatasetCatalogue.Find(datasetId) is { } definition
            ? $"The data set '{datasetId}' ({definition.Title}; {definition.Source.Label}) is not in '{Path}'. Bring it with: lt2 data get {datasetId}"
            : $"The data set '{datasetId}' is not in '{Path}'. Place its files in '{folder}', laid out as on the Hugging Face hub "
              + "(CONFIG/SPLIT-00000-of-00001.parquet, data/SPLIT-….parquet, or SPLIT.jsonl, .json, .csv), "
              + $"or, with internet, bring it with: lt2 data get {datasetId}";
    }
}
