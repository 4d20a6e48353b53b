namespace LT2.Eval.Results.Records;

/// <summary>Kinds of <see cref="ResultsException"/>; the numbers are stable and printed as <c>LT2E3001</c>.</summary>
public enum ResultsProblem
{
    /// <summary>No store lies at the path.</summary>
    StoreMissing = 3001,

    /// <summary>The file is damaged: truncated, flipped bytes, or a row that does not match its checksum.</summary>
    StoreDamaged = 3002,

    /// <summary>The file is something else than a store of results.</summary>
    NotAStore = 3003,

    /// <summary>The store was written by a newer program.</summary>
    StoreNewer = 3004,

    /// <summary>The store or its folder cannot be written.</summary>
    StoreReadOnly = 3005,

    /// <summary>The disk is full.</summary>
    DiskFull = 3006,

    /// <summary>Another process held the store for too long.</summary>
    StoreBusy = 3007,

    /// <summary>The store cannot be opened or used for another reason that the operating system gave.</summary>
    StoreUnusable = 3008,

    /// <summary>The store holds no such run, cell or series.</summary>
    NotFound = 3010,

    /// <summary>A record exists already and is never overwritten.</summary>
    AlreadyRecorded = 3011,

    /// <summary>Records that contradict each other.</summary>
    RecordsInconsistent = 3012,

    /// <summary>Two runs that cannot be compared.</summary>
    NotComparable = 3020,

    /// <summary>A pin file that is missing, damaged or of a newer version.</summary>
    PinUnusable = 3030,

    /// <summary>A file that cannot be written or read.</summary>
    FileUnusable = 3040,
}
