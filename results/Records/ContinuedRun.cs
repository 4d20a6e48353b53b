namespace LT2.Eval.Results.Records;

/// <summary>The events that say how a run was continued: the run itself keeps only the command that began it.</summary>
public static class ContinuedRun
{
    private const string Sign = "Continued with: ";

    /// <summary>The event of a command that continues a run.</summary>
    /// <param name="occurredUtc">When.</param>
    /// <param name="commandLine">What was typed.</param>
    public static EventRecord Event(DateTimeOffset occurredUtc, string commandLine) => new(occurredUtc, null, "info", Sign + commandLine);

    /// <summary>The command that continued the run; null for an event of another kind.</summary>
    /// <param name="record">An event of the run.</param>
    public static string? CommandOf(EventRecord record) =>
        record.CellId is null && record.Message.StartsWith(Sign, StringComparison.Ordinal) ? record.Message[Sign.Length..] : null;
}
