using LT2.Eval.Results.Records;
using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>Turns SQLite's error numbers into messages that say what to do.</summary>
internal static class StoreErrors
{
    // Result codes: https://www.sqlite.org/rescode.html
    private const int Busy = 5, Locked = 6, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    /// <summary>Carries out an operation on the store at the path.</summary>
    public static T Guard<T>(string path, Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (SqliteException exception)
        {
            throw Translate(path, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResultsException(
                exception is UnauthorizedAccessException ? ResultsProblem.StoreReadOnly : ResultsProblem.StoreUnusable,
                $"{path}: {exception.Message} Nothing was changed. Check the folder and its permissions, or name another one.",
                exception);
        }
        catch (Exception exception) when (exception is InvalidCastException or FormatException or OverflowException)
        {
            throw new ResultsException(
                ResultsProblem.StoreDamaged, $"{path} holds a value of the wrong type ({exception.Message}). Restore it from a copy.", exception);
        }
    }

    private static ResultsException Translate(string path, SqliteException exception)
    {
        var (problem, advice) = exception.SqliteErrorCode switch
        {
            Busy or Locked => (ResultsProblem.StoreBusy,
                "Another process has held the store for more than a minute. Wait for it or end it, then do this again; nothing was written."),
            ReadOnly => (ResultsProblem.StoreReadOnly,
                "The store or its folder is read-only. Make it writable, or name another place; nothing was written."),
            Corrupt => (ResultsProblem.StoreDamaged,
                "The file is damaged and was left as it is. Restore it from a copy, or move it away together with its -wal and -shm files."),
            NotADatabase => (ResultsProblem.NotAStore,
                "The file is no SQLite database, or its first bytes are damaged. It was left as it is: name another path, or restore it from a copy."),
            Full => (ResultsProblem.DiskFull,
                "The disk is full. Free some space and continue: what was recorded before is kept, the running cell is not."),
            InputOutput when FreeBytes(path) < 1 << 20 => (ResultsProblem.DiskFull,
                "The disk is full. Free some space and continue: what was recorded before is kept, the running cell is not."),
            CannotOpen when IsReadOnlyFolder(path) => (ResultsProblem.StoreReadOnly,
                "The store's folder is read-only. Make it writable, or name another place; nothing was written."),
            _ => (ResultsProblem.StoreUnusable, "Check the path, the disk and its permissions; what was recorded before is kept."),
        };
        return new ResultsException(problem, $"{path}: {exception.Message} {advice}", exception);
    }

    private static long FreeBytes(string path)
    {
        try
        {
            return new DriveInfo(Folder(path)).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }

    private static bool IsReadOnlyFolder(string path)
    {
        var probe = Path.Combine(Folder(path), $".lt2-probe-{Environment.ProcessId}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
                return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Directory.Exists(Folder(path));
        }
    }

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
