namespace LT2.Eval.Tasks.TextTasks.Python;

/// <summary>A row of a JSON-lines file, which remembers where it stood.</summary>
/// <param name="place">File and line, for messages.</param>
public sealed class JsonLinesRow(string place) : OrderedDictionary<string, object?>
{
    /// <summary>File and line, for messages.</summary>
    public string Place => place;
}
