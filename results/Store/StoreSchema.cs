namespace LT2.Eval.Results.Store;

/// <summary>The tables of each schema version, as <c>results/README.md</c> describes them.</summary>
internal static class StoreSchema
{
    /// <summary>Marks the file as a store of ours (<c>PRAGMA application_id</c>): the bytes <c>LT2E</c>.</summary>
    public const int ApplicationId = 0x4C543245;

    public const string Version1 = """
        CREATE TABLE runs (
            run_id TEXT PRIMARY KEY, plan_name TEXT NOT NULL, plan_hash TEXT NOT NULL, plan_text TEXT NOT NULL, build_id TEXT NOT NULL,
            commit_id TEXT, is_dirty INTEGER, started_utc TEXT NOT NULL, finished_utc TEXT, status TEXT NOT NULL, host_class TEXT NOT NULL,
            command_line TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
        CREATE INDEX runs_by_plan ON runs (plan_hash, build_id, started_utc);

        CREATE TABLE cells (
            cell_row INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, cell_id TEXT NOT NULL, kind TEXT NOT NULL,
            title TEXT NOT NULL, definition_json TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT, variant_id TEXT NOT NULL, seed INTEGER,
            trained_loop_count INTEGER, started_utc TEXT NOT NULL, duration_seconds REAL, checkpoint_path TEXT, checkpoint_hash TEXT,
            reused_from_run_id TEXT, checksum INTEGER NOT NULL, UNIQUE (run_id, cell_id)) STRICT;
        CREATE INDEX cells_by_id ON cells (cell_id);

        CREATE TABLE series (
            series_row INTEGER PRIMARY KEY, series_id TEXT NOT NULL UNIQUE, suite_id TEXT NOT NULL, suite_version INTEGER NOT NULL,
            task_id TEXT NOT NULL, case_parameters TEXT NOT NULL, shots INTEGER NOT NULL, split TEXT, data_hash TEXT, metric TEXT NOT NULL,
            slice TEXT, variant_id TEXT NOT NULL, recipe_hash TEXT, trained_loop_count INTEGER, tested_loop_count INTEGER,
            dtype TEXT NOT NULL, batch_size INTEGER NOT NULL, phase TEXT, sequence_length INTEGER, kernel_selection TEXT, host_class TEXT,
            checksum INTEGER NOT NULL) STRICT;

        CREATE TABLE metrics (
            cell_row INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE, ordinal INTEGER NOT NULL,
            series_row INTEGER NOT NULL REFERENCES series, seed INTEGER, value REAL, standard_error REAL, sample_count INTEGER NOT NULL,
            cluster_count INTEGER NOT NULL, chance REAL, direction TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL,
            practical_floor REAL, transform TEXT NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (cell_row, ordinal)) STRICT, WITHOUT ROWID;
        CREATE INDEX metrics_by_series ON metrics (series_row);

        CREATE TABLE texts (text_row INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, checksum INTEGER NOT NULL) STRICT;

        CREATE TABLE sample_groups (
            group_row INTEGER PRIMARY KEY, cell_row INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE, metric TEXT NOT NULL,
            tested_loop_count INTEGER NOT NULL, slice TEXT, sample_count INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT;
        CREATE INDEX sample_groups_by_cell ON sample_groups (cell_row);

        CREATE TABLE samples (
            group_row INTEGER NOT NULL REFERENCES sample_groups ON DELETE CASCADE, ordinal INTEGER NOT NULL, sample_text INTEGER NOT NULL,
            cluster_text INTEGER, numerator REAL, denominator REAL, answer_text INTEGER, expected_text INTEGER, checksum INTEGER NOT NULL,
            PRIMARY KEY (group_row, ordinal)) STRICT, WITHOUT ROWID;

        CREATE TABLE timing_blocks (
            cell_row INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE, ordinal INTEGER NOT NULL, phase TEXT NOT NULL,
            sequence_length INTEGER NOT NULL, loop_count INTEGER NOT NULL, batch_size INTEGER NOT NULL, process_index INTEGER NOT NULL,
            block_index INTEGER NOT NULL, iterations INTEGER NOT NULL, milliseconds_per_iteration REAL, is_tainted INTEGER NOT NULL,
            clock_megahertz REAL, temperature_celsius REAL, power_watts REAL, throttle_reason TEXT, checksum INTEGER NOT NULL,
            PRIMARY KEY (cell_row, ordinal)) STRICT, WITHOUT ROWID;

        CREATE TABLE training_points (
            cell_row INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE, ordinal INTEGER NOT NULL, step INTEGER NOT NULL,
            tokens_seen INTEGER NOT NULL, loss REAL, gradient_norm REAL, learning_rate REAL, residual_rms_by_loop TEXT NOT NULL,
            checksum INTEGER NOT NULL, PRIMARY KEY (cell_row, ordinal)) STRICT, WITHOUT ROWID;

        CREATE TABLE environment (
            run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL, checksum INTEGER NOT NULL,
            PRIMARY KEY (run_id, name)) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            event_row INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, cell_id TEXT, occurred_utc TEXT NOT NULL,
            severity TEXT NOT NULL, message TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
        CREATE INDEX events_by_run ON events (run_id);
        """;
    /// <summary>Answers to single requests: the log-likelihood of each choice.</summary>
    public const string Version2 = """
        CREATE TABLE responses (
            cell_row INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE, ordinal INTEGER NOT NULL, tested_loop_count INTEGER NOT NULL,
            sample_text INTEGER NOT NULL, request_index INTEGER NOT NULL, log_likelihood REAL, is_greedy INTEGER NOT NULL,
            generated_text INTEGER, checksum INTEGER NOT NULL, PRIMARY KEY (cell_row, ordinal)) STRICT, WITHOUT ROWID;
        """;

    /// <summary>What cells took of their devices.</summary>
    public const string Version3 = """
        CREATE TABLE device_use (
            cell_row INTEGER PRIMARY KEY REFERENCES cells ON DELETE CASCADE, device TEXT NOT NULL, seconds REAL NOT NULL, busy_share REAL,
            checksum INTEGER NOT NULL) STRICT;
        """;
}
