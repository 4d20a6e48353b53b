using System.Text.Json;
using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Cluster.Workers;

/// <summary>One line from a worker process to the program that started it. In the other direction goes a cell's id a line; the end of that input asks the worker to stop.</summary>
/// <param name="Kind"><c>ready</c>, <c>progress</c> or <c>ended</c>.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Fraction">Share done.</param>
/// <param name="Detail">Short text, such as the loss.</param>
/// <param name="File">Where the result lies.</param>
internal sealed record WorkerMessage(string Kind, string? Cell = null, double Fraction = 0, string? Detail = null, string? File = null)
{
    public const string Ready = "ready";

    public const string Progress = "progress";

    public const string Ended = "ended";

    /// <summary>As a line.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, JsonOutput.Options);

    /// <summary>Reads a line; null for one that is no message, such as a library's own output.</summary>
    public static WorkerMessage? Parse(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonSerializer.Deserialize<WorkerMessage>(line, JsonOutput.Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
