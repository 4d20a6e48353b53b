using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Every table with its columns in the order in which rows are written and read.</summary>
internal static class Tables
{
    public static readonly Table Runs = new(
        "runs", "run_id", "plan_name", "plan_hash", "plan_text", "build_id", "commit_id", "is_dirty", "started_utc", "finished_utc", "status",
        "host_class", "command_line");

    public static readonly Table Cells = new(
        "cells", "run_id", "cell_id", "kind", "title", "definition_json", "outcome", "reason", "variant_id", "seed", "trained_loop_count",
        "started_utc", "duration_seconds", "checkpoint_path", "checkpoint_hash", "reused_from_run_id");

    public static readonly Table DeviceUse = new("device_use", "cell_row", "device", "seconds", "busy_share");

    public static readonly Table Series = new(
        "series", "series_id", "suite_id", "suite_version", "task_id", "case_parameters", "shots", "split", "data_hash", "metric", "slice",
        "variant_id", "recipe_hash", "trained_loop_count", "tested_loop_count", "dtype", "batch_size", "phase", "sequence_length",
        "kernel_selection", "host_class");

    public static readonly Table Metrics = new(
        "metrics", "cell_row", "ordinal", "series_row", "seed", "value", "standard_error", "sample_count", "cluster_count", "chance", "direction",
        "unit", "kind", "practical_floor", "transform");

    public static readonly Table Texts = new("texts", "text_row", "text");

    public static readonly Table SampleGroups = new("sample_groups", "cell_row", "metric", "tested_loop_count", "slice", "sample_count");

    public static readonly Table Samples = new(
        "samples", "group_row", "ordinal", "sample_text", "cluster_text", "numerator", "denominator", "answer_text", "expected_text");

    public static readonly Table Responses = new(
        "responses", "cell_row", "ordinal", "tested_loop_count", "sample_text", "request_index", "log_likelihood", "is_greedy", "generated_text");

    public static readonly Table TimingBlocks = new(
        "timing_blocks", "cell_row", "ordinal", "phase", "sequence_length", "loop_count", "batch_size", "process_index", "block_index",
        "iterations", "milliseconds_per_iteration", "is_tainted", "clock_megahertz", "temperature_celsius", "power_watts", "throttle_reason");

    public static readonly Table TrainingPoints = new(
        "training_points", "cell_row", "ordinal", "step", "tokens_seen", "loss", "gradient_norm", "learning_rate", "residual_rms_by_loop");

    public static readonly Table Environment = new("environment", "run_id", "name", "value");

    public static readonly Table Events = new("events", "run_id", "cell_id", "occurred_utc", "severity", "message");

    /// <summary>Checks every row of the tables that hold runs, cells and values; samples, responses, blocks and training points are checked when they are read.</summary>
    public static void CheckRecords(SqliteConnection connection)
    {
        // An older store is checked before it is migrated.
        if (Sql.Scalar(connection, "PRAGMA user_version") >= 3)
            DeviceUse.CheckAll(connection);
        foreach (var table in new[] { Runs, Cells, Series, Metrics, Environment, Events })
            table.CheckAll(connection);
    }
}
