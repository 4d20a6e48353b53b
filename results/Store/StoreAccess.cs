namespace LT2.Eval.Results.Store;

/// <summary>What a store is opened for.</summary>
public enum StoreAccess
{
    /// <summary>Created when missing, migrated when older, then read and written.</summary>
    ReadWrite,

    /// <summary>Never changed; a store of an older schema is migrated in memory.</summary>
    ReadOnly,
}
