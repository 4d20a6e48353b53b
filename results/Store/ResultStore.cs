using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>
/// The records of runs in one SQLite file (WAL), as <c>results/README.md</c> describes it. Several processes may use a store at once;
/// one instance may be used from several threads. Every method may throw a <see cref="ResultsException"/>.
/// </summary>
public sealed class ResultStore : IDisposable
{
    /// <summary>Name of the store's file in a folder of runs.</summary>
    public const string FileName = "store.sqlite";

    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();

    private readonly TimeProvider _clock;

    private ResultStore(string path, StoreAccess access, TimeProvider? clock, SqliteConnection connection)
    {
        _clock = clock ?? TimeProvider.System;
        Path = path;
        Access = access;
        _connection = connection;
    }

    /// <summary>The store's file.</summary>
    public string Path { get; }

    /// <summary>What it was opened for.</summary>
    public StoreAccess Access { get; }

    /// <summary>Newest schema version this program reads and writes.</summary>
    public static int SchemaVersion => StoreMigrations.Current.LatestVersion;

    /// <summary>Opens the store at a path; with <see cref="StoreAccess.ReadWrite"/> it is created when missing. The clock dates events of the store's own.</summary>
    public static ResultStore Open(string path, StoreAccess access, TimeProvider? clock = null) =>
        Open(path, access, StoreMigrations.Current, clock);

    internal static ResultStore Open(string path, StoreAccess access, StoreMigrations migrations, TimeProvider? clock = null) =>
        new(path, access, clock, StoreErrors.Guard(path, () => StoreOpening.Open(path, access, migrations)));

    /// <summary>Writes a new run; its id must be new.</summary>
    public void CreateRun(RunRecord run) => Write(() =>
    {
        if (RunRows.Read(_connection, "WHERE run_id = $0", run.RunId).Count > 0)
            throw new ResultsException(ResultsProblem.AlreadyRecorded, $"{Path} has a run '{run.RunId}' already. Continue it, or start one with a new id.");
        RunRows.Insert(_connection, run);
    });

    /// <summary>Changes a run's state; <paramref name="finishedUtc"/> is null while it can be continued.</summary>
    public void UpdateRunStatus(string runId, RunStatus status, DateTimeOffset? finishedUtc) =>
        Write(() => RunRows.Update(_connection, RunRows.Required(_connection, runId) with { Status = status, FinishedUtc = finishedUtc }));

    /// <summary>
    /// Writes a cell with all its records in one transaction. A finished cell is never overwritten; one that ended otherwise may be
    /// carried out again, which replaces it and leaves an event with the former outcome.
    /// </summary>
    public void WriteCell(CellResult result) => Write(() => CellWriting.Write(_connection, result));

    /// <summary>Puts the samples and responses of a finished cell in the place of those it has: an archive may have kept fewer.</summary>
    internal void ReplaceSamples(string runId, string cellId, IReadOnlyList<SampleRecord> samples, IReadOnlyList<ResponseRecord> responses) =>
        Write(() => CellWriting.ReplaceSamples(_connection, CellRows.RowOf(_connection, runId, cellId)!.Value, samples, responses));

    /// <summary>How many samples and responses a cell left behind.</summary>
    internal (long Samples, long Responses) SampleCounts(string runId, string cellId) => Read(() => CellRows.RowOf(_connection, runId, cellId) is { } row
        ? (Sql.Scalar(_connection, "SELECT SUM(sample_count) FROM sample_groups WHERE cell_row = $0", row), Sql.Scalar(_connection, "SELECT COUNT(*) FROM responses WHERE cell_row = $0", row))
        : (0, 0));

    /// <summary>Writes facts about the machine and settings; a changed fact replaces the former one and leaves an event, one that parts of a run may differ in keeps all its values.</summary>
    public void WriteEnvironment(string runId, IReadOnlyList<EnvironmentEntry> entries) => Write(() =>
    {
        RunRows.Required(_connection, runId);
        var former = RunRows.Environment(_connection, runId).ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var kept = entry;
            if (former.TryGetValue(entry.Name, out var value) && value != entry.Value)
            {
                if (entry.IsOfPart)
                    kept = (entry with { Value = value }).With(entry.Value);
                else
                    RunRows.InsertEvent(_connection, runId, new(_clock.GetUtcNow(), null, "warning", $"{entry.Name} changed from '{value}' to '{entry.Value}'."));
            }
            Tables.Environment.Replace(_connection, runId, kept.Name, kept.Value);
        }
    });

    /// <summary>Writes an event of a run.</summary>
    public void WriteEvent(string runId, EventRecord record) => Write(() =>
    {
        RunRows.Required(_connection, runId);
        RunRows.InsertEvent(_connection, runId, record);
    });

    /// <summary>All runs, oldest first.</summary>
    public IReadOnlyList<RunRecord> Runs() => Read(() => RunRows.Read(_connection, "ORDER BY started_utc, run_id"));

    /// <summary>The run of an id.</summary>
    public RunRecord Run(string runId) => Read(() => RunRows.Required(_connection, runId));

    /// <summary>The newest run of a plan and build that has not been completed; null when there is none.</summary>
    public RunRecord? FindUnfinishedRun(string planHash, string buildId) => Read(() => RunRows.Read(
        _connection,
        "WHERE plan_hash = $0 AND build_id = $1 AND status <> $2 ORDER BY started_utc DESC, run_id DESC LIMIT 1",
        planHash, buildId, StoredName.Of(RunStatus.Completed)).SingleOrDefault());

    /// <summary>Cells of a run in the order in which they were written.</summary>
    public IReadOnlyList<CellRecord> Cells(string runId) => Read(() => CellRows.Read(_connection, "WHERE run_id = $0 ORDER BY cell_row", runId));

    /// <summary>A cell with everything it left behind.</summary>
    public CellResult CellResult(string runId, string cellId) => Read(() =>
    {
        if (CellRows.Read(_connection, "WHERE run_id = $0 AND cell_id = $1", runId, cellId) is not [var cell])
            throw new ResultsException(ResultsProblem.NotFound, $"{Path} holds no cell '{cellId}' of run '{runId}'.");
        return new CellResult(
            cell, Metrics(new MetricFilter(RunId: runId, CellId: cellId)), Samples(runId, cellId), TimingBlocks(runId, cellId), TrainingPoints(runId, cellId),
            RunRows.Events(_connection, runId, cellId))
        {
            Responses = Responses(runId, cellId),
        };
    });

    /// <summary>The newest finished train, curriculum or convert cell of an id, in any run, carried out rather than reused; null when there is none.</summary>
    public CellRecord? FindFinishedTrainCell(string cellId) => Read(() => CellRows.Read(
        _connection,
        "WHERE cell_id = $0 AND outcome = $1 AND kind IN ($2, $3, $4) ORDER BY reused_from_run_id IS NOT NULL, started_utc DESC LIMIT 1",
        cellId, StoredName.Of(CellOutcome.Finished), StoredName.Of(CellKind.Train), StoredName.Of(CellKind.Curriculum),
        StoredName.Of(CellKind.Convert)).SingleOrDefault());

    /// <summary>Metrics of a run in the order in which they were written.</summary>
    public IReadOnlyList<MetricRecord> Metrics(string runId) => Metrics(new MetricFilter(RunId: runId));

    /// <summary>Metrics that a filter lets through.</summary>
    public IReadOnlyList<MetricRecord> Metrics(MetricFilter filter) => Read(() =>
    {
        // Only what is asked for: SQLite uses no index where a condition may be left out.
        var asked = new (string Column, string? Value)[]
        {
            ("cells.run_id", filter.RunId), ("cells.cell_id", filter.CellId), ("series.suite_id", filter.SuiteId), ("series.task_id", filter.TaskId),
            ("series.metric", filter.Metric), ("series.variant_id", filter.VariantId), ("series.phase", filter.Phase),
        }.Where(condition => condition.Value is not null).ToList();
        var conditions = asked.Count == 0 ? "TRUE" : string.Join(" AND ", asked.Select((condition, i) => $"{condition.Column} = ${i}"));
        return MetricRows.Read(_connection, conditions, [.. asked.Select(condition => condition.Value)]);
    });

    /// <summary>Samples of a cell, group by group (metric, loop count, slice), each in the order in which it was written.</summary>
    public IReadOnlyList<SampleRecord> Samples(string runId, string cellId, string? metric = null, int? testedLoopCount = null) => Read(() =>
        CellRows.RowOf(_connection, runId, cellId) is { } row ? SampleRows.Read(_connection, row, cellId, metric, testedLoopCount) : []);

    /// <summary>Answers to the requests of a text cell, in the order in which they were written; none before schema version 2.</summary>
    public IReadOnlyList<ResponseRecord> Responses(string runId, string cellId) => Read(() =>
        CellRows.RowOf(_connection, runId, cellId) is { } row ? ResponseRows.Read(_connection, row, cellId) : []);

    /// <summary>Timing blocks of a run, or of one of its cells.</summary>
    public IReadOnlyList<TimingBlockRecord> TimingBlocks(string runId, string? cellId = null) =>
        Read(() => MeasurementRows.TimingBlocks(_connection, runId, cellId));

    /// <summary>Training points of a cell.</summary>
    public IReadOnlyList<TrainingPointRecord> TrainingPoints(string runId, string cellId) => Read(() =>
        CellRows.RowOf(_connection, runId, cellId) is { } row ? MeasurementRows.TrainingPoints(_connection, row, cellId) : []);

    /// <summary>Facts about the machine and settings of a run, by name.</summary>
    public IReadOnlyList<EnvironmentEntry> Environment(string runId) => Read(() => RunRows.Environment(_connection, runId));

    /// <summary>Events of a run in the order in which they were written.</summary>
    public IReadOnlyList<EventRecord> Events(string runId) => Read(() => RunRows.Events(_connection, runId));

    /// <summary>Every series of the store, by <see cref="SeriesIdentity"/>.</summary>
    public IReadOnlyList<SeriesKey> SeriesKeys() => Read(() => MetricRows.Keys(_connection));

    /// <summary>History of a series across runs, oldest first; several points a run where it has several seeds, or parts that measured the same.</summary>
    public IReadOnlyList<SeriesPoint> Series(SeriesKey key) => Read(() =>
    {
        var runs = RunRows.Read(_connection, "").ToDictionary(run => run.RunId, StringComparer.Ordinal);
        return MetricRows.Read(_connection, "series.series_id = $0", SeriesIdentity.Of(key))
            .Select(metric => new SeriesPoint(runs[metric.RunId], metric))
            .OrderBy(point => point.Run.StartedUtc).ThenBy(point => point.Run.RunId, StringComparer.Ordinal)
            .ToList();
    });

    /// <summary>Closes the file.</summary>
    public void Dispose() => _connection.Dispose();

    internal T Read<T>(Func<T> query)
    {
        lock (_lock)
            return StoreErrors.Guard(Path, query);
    }

    /// <summary>Carries out a change in one transaction.</summary>
    internal void Write(Action change)
    {
        if (Access == StoreAccess.ReadOnly)
            throw new InvalidOperationException($"{Path} was opened for reading.");
        Read(() =>
        {
            using var transaction = _connection.BeginTransaction(deferred: false);
            change();
            transaction.Commit();
            return true;
        });
    }

    /// <summary>Folds the write-ahead log into the file and leaves WAL mode, so that the file alone can be moved and read elsewhere.</summary>
    internal void LeaveOneFile() => Read(() =>
    {
        using var command = Sql.Command(_connection, "PRAGMA journal_mode = DELETE");
        return command.ExecuteScalar();
    });

    internal SqliteConnection Connection => _connection;
}
