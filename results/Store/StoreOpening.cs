using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Opens a store's file: creates, checks, migrates. A damaged, newer or foreign file is refused and not touched.</summary>
internal static class StoreOpening
{
    private const int BusySeconds = 60;

    public static SqliteConnection Open(string path, StoreAccess access, StoreMigrations migrations)
    {
        if (!File.Exists(path))
        {
            if (access == StoreAccess.ReadOnly)
                throw new ResultsException(ResultsProblem.StoreMissing, $"There is no store at {path}. A run creates it; or name another one.");
            Create(path, migrations);
        }
        if (new FileInfo(path).Length == 0)
        {
            throw new ResultsException(
                ResultsProblem.StoreDamaged, $"{path} is empty: it was cut off, or is no store. It was left as it is: restore it from a copy, or move it away.");
        }

        var connection = access == StoreAccess.ReadOnly ? OpenForReading(path) : Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            return Prepare(connection, path, access, migrations);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection Prepare(SqliteConnection connection, string path, StoreAccess access, StoreMigrations migrations)
    {
        var version = Check(connection, path, migrations.LatestVersion);
        if (access == StoreAccess.ReadWrite)
        {
            if (SQLitePCL.raw.sqlite3_db_readonly(connection.Handle, "main") != 0)
            {
                throw new ResultsException(
                    ResultsProblem.StoreReadOnly, $"{path} cannot be written. Make the file and its folder writable, or name another place; nothing was written.");
            }
            // A writer adds to what is there: a changed byte in runs, cells or values is refused before the first write, not met halfway.
            Tables.CheckRecords(connection);
            if (version < migrations.LatestVersion)
            {
                BackUp(connection, $"{path}.v{version}.bak");
                migrations.Apply(connection);
            }
            // WAL: readers never wait for the writer. FULL: a finished cell survives a power cut.
            Sql.Execute(connection, "PRAGMA journal_mode = WAL");
            Sql.Execute(connection, "PRAGMA synchronous = FULL");
            Sql.Execute(connection, "PRAGMA foreign_keys = ON");
            return connection;
        }
        if (version < migrations.LatestVersion)
        {
            var copy = Connect(":memory:", SqliteOpenMode.Memory);
            connection.BackupDatabase(copy);
            connection.Dispose();
            migrations.Apply(copy);
            return copy;
        }
        Sql.Execute(connection, "PRAGMA query_only = ON");
        return connection;
    }

    /// <summary>Schema version of the file, if it is whole, a store, and not newer than this program.</summary>
    private static int Check(SqliteConnection connection, string path, int latestVersion)
    {
        var application = Sql.Scalar(connection, "PRAGMA application_id");
        if (application != StoreSchema.ApplicationId)
        {
            throw new ResultsException(
                ResultsProblem.NotAStore, $"{path} is a SQLite database of another program (application id {application}). It was left as it is: name another path.");
        }
        var version = (int)Sql.Scalar(connection, "PRAGMA user_version");
        if (version > latestVersion)
        {
            throw new ResultsException(
                ResultsProblem.StoreNewer,
                $"{path} has schema version {version}; this program knows versions up to {latestVersion}. It was left as it is: update the program, or name another store.");
        }
        using var command = Sql.Command(connection, "PRAGMA integrity_check(1)");
        var finding = command.ExecuteScalar() as string;
        if (version < 1 || finding != "ok")
        {
            throw new ResultsException(
                ResultsProblem.StoreDamaged,
                $"{path} is damaged ({(version < 1 ? $"schema version {version}" : finding)}). It was left as it is: restore it from a copy, "
                + "or move it away together with its -wal and -shm files.");
        }
        return version;
    }

    // The new store is made beside its place and moved there whole: a kill leaves either no store or a good one,
    // and of two processes that create it at once the second uses the first one's.
    private static void Create(string path, StoreMigrations migrations)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.new-{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            using (var connection = Connect(temporary, SqliteOpenMode.ReadWriteCreate))
            {
                migrations.Apply(connection);
                Sql.Execute(connection, "PRAGMA journal_mode = WAL");
            }
            try
            {
                File.Move(temporary, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // A WAL store needs a -shm file beside it even for reading. Where the folder is read-only and nobody writes,
    // SQLite can be told that the file is immutable.
    private static SqliteConnection OpenForReading(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, SqliteOpenMode.ReadOnly);
            Sql.Scalar(connection, "PRAGMA schema_version");
            return connection;
        }
        catch (SqliteException) when (new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 } && connection is not null)
        {
            connection.Dispose();
            var escaped = Path.GetFullPath(path).Replace("%", "%25", StringComparison.Ordinal)
                .Replace("?", "%3f", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);
            return Connect($"file:{escaped}?immutable=1", SqliteOpenMode.ReadOnly);
        }
    }

    private static void BackUp(SqliteConnection connection, string path)
    {
        if (File.Exists(path))
            return;
        using var copy = Connect(path, SqliteOpenMode.ReadWriteCreate);
        connection.BackupDatabase(copy);
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = BusySeconds,
        }.ToString());
        connection.Open();
        return connection;
    }
}
