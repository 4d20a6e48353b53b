namespace LT2.Eval.Tasks.Data;

/// <summary>One file's size and digest.</summary>
public sealed record DatasetManifestFile(long SizeBytes, string Sha256);
