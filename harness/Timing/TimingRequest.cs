namespace LT2.Eval.Harness.Timing;

/// <summary>What one fresh process measures.</summary>
/// <param name="VariantId">Variant under test.</param>
/// <param name="LoopCount">Loops carried out.</param>
/// <param name="VocabularySize">Vocabulary of the random-weight model.</param>
/// <param name="Phases"><c>prefill</c>, <c>decode</c>.</param>
/// <param name="Lengths">Tokens read (prefill) or already in the context (decode).</param>
/// <param name="BatchSize">Sequences.</param>
/// <param name="BlockCount">Blocks a phase and length.</param>
/// <param name="MinimumBlockMilliseconds">A block repeats its work until it lasts this long.</param>
/// <param name="Dtype">Compute dtype.</param>
/// <param name="Device">cpu, cuda or auto.</param>
/// <param name="ThreadCount">CPU threads; null for every core.</param>
/// <param name="MemoryLengths">Lengths at which peak memory is probed too, in a process of its own for each phase and length; null for none.</param>
/// <param name="FrontierLimit">Up to how many tokens the length at which memory runs out is searched (<see cref="MemoryFrontier"/>); null for no search.</param>
/// <param name="Checkpoint">Checkpoint folder whose model is timed instead of the variant with random weights; null for the latter.</param>
public sealed record TimingRequest(
    string VariantId,
    int LoopCount,
    int VocabularySize,
    IReadOnlyList<string> Phases,
    IReadOnlyList<int> Lengths,
    int BatchSize,
    int BlockCount,
    double MinimumBlockMilliseconds,
    string Dtype,
    string Device,
    int? ThreadCount,
    IReadOnlyList<int>? MemoryLengths = null,
    int? FrontierLimit = null,
    string? Checkpoint = null);
