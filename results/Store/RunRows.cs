using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Runs, their environment and their events as rows.</summary>
internal static class RunRows
{
    public static void Insert(SqliteConnection connection, RunRecord run) => Tables.Runs.Insert(connection, Values(run));

    public static List<RunRecord> Read(SqliteConnection connection, string tail, params ReadOnlySpan<object?> values) =>
        Tables.Runs.Read(connection, Map, tail, values);

    /// <summary>The run; an error that lists the newest runs when there is none of that id.</summary>
    public static RunRecord Required(SqliteConnection connection, string runId)
    {
        if (Read(connection, "WHERE run_id = $0", runId) is [var run])
            return run;
        var known = Read(connection, "ORDER BY started_utc DESC LIMIT 5").Select(r => r.RunId).ToList();
        throw new ResultsException(
            ResultsProblem.NotFound,
            $"{connection.DataSource} holds no run '{runId}'. "
            + (known.Count == 0 ? "It holds no run at all." : $"Newest runs: {string.Join(", ", known)}."));
    }

    public static void Update(SqliteConnection connection, RunRecord run)
    {
        // REPLACE would delete the row first and cascade to everything below the run.
        var values = Values(run);
        Sql.Execute(
            connection, "UPDATE runs SET finished_utc = $0, status = $1, checksum = $2 WHERE run_id = $3", values[8], values[9], RowChecksum.Of(values), run.RunId);
    }

    public static void InsertEvent(SqliteConnection connection, string runId, EventRecord e) =>
        Tables.Events.Insert(connection, runId, e.CellId, StoredTime.Of(e.OccurredUtc), e.Severity, e.Message);

    /// <summary>Events of a run, or of one of its cells.</summary>
    public static List<EventRecord> Events(SqliteConnection connection, string runId, string? cellId = null) => Tables.Events.Read(
        connection, row => new EventRecord(row.Time(2), row.TextOrNull(1), row.Text(3), row.Text(4)), "WHERE run_id = $0 AND ($1 IS NULL OR cell_id = $1) ORDER BY event_row", runId, cellId);

    public static List<EnvironmentEntry> Environment(SqliteConnection connection, string runId) => Tables.Environment.Read(
        connection, row => new EnvironmentEntry(row.Text(1), row.Text(2)), "WHERE run_id = $0 ORDER BY name", runId);

    private static object?[] Values(RunRecord run) =>
    [
        run.RunId, run.PlanName, run.PlanHash, run.PlanText, run.BuildId, run.Commit, run.IsDirty is { } dirty ? (dirty ? 1L : 0L) : null,
        StoredTime.Of(run.StartedUtc), StoredTime.Of(run.FinishedUtc), StoredName.Of(run.Status), run.HostClass, run.CommandLine,
    ];

    private static RunRecord Map(TableRow row) => new(
        row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.TextOrNull(5), row.BoolOrNull(6), row.Time(7), row.TimeOrNull(8),
        StoredName.Parse<RunStatus>(row.Text(9)), row.Text(10), row.Text(11));
}
