using Microsoft.Data.Sqlite;

namespace LT2.Eval.Results.Store;

/// <summary>
/// Steps from each schema version to the next: <c>Steps[v]</c> leads from version v to v + 1, and 0 is the empty file.
/// Adding a version is one more SQL text here, one golden store in the tests and one section in the README.
/// </summary>
internal sealed class StoreMigrations(params IReadOnlyList<string> steps)
{
    /// <summary>The steps of this program.</summary>
    public static StoreMigrations Current { get; } = new(StoreSchema.Version1, StoreSchema.Version2, StoreSchema.Version3);

    /// <summary>Version that the last step leads to.</summary>
    public int LatestVersion => steps.Count;

    /// <summary>Carries out the missing steps in one transaction: all of them or none.</summary>
    public void Apply(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        for (var version = (int)Sql.Scalar(connection, "PRAGMA user_version"); version < steps.Count; version++)
            Sql.Execute(connection, steps[version]);
        Sql.Execute(connection, $"PRAGMA application_id = {StoreSchema.ApplicationId}");
        Sql.Execute(connection, $"PRAGMA user_version = {steps.Count}");
        transaction.Commit();
    }
}
