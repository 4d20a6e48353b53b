namespace LT2.Eval.Harness.Plans;

/// <summary>Variants × loop counts, timed at every phase and length.</summary>
/// <param name="Name">Name within the plan.</param>
/// <param name="Line">Line in the plan, for messages.</param>
/// <param name="Variants">Variant ids.</param>
/// <param name="LoopCounts">Loops carried out.</param>
/// <param name="Phases"><c>prefill</c>, <c>decode</c>, <c>train</c>.</param>
/// <param name="Lengths">Tokens read (prefill, train) or already in the context (decode).</param>
/// <param name="BatchSize">Sequences.</param>
/// <param name="VocabularySize">Vocabulary of the random-weight model that is timed.</param>
/// <param name="ProcessCount">Fresh processes a cell.</param>
/// <param name="BlockCount">Blocks a process, phase and length.</param>
/// <param name="MinimumBlockMilliseconds">A block repeats its work until it lasts this long.</param>
/// <param name="MemoryLengths">Lengths at which peak memory is probed too, each in a process of its own; null for all of them.</param>
/// <param name="FrontierLimit">Up to how many tokens the length at which memory runs out is searched; null for no search.</param>
public sealed record TimingDefinition(
    string Name,
    int Line,
    IReadOnlyList<string> Variants,
    IReadOnlyList<int> LoopCounts,
    IReadOnlyList<string> Phases,
    IReadOnlyList<int> Lengths,
    int BatchSize,
    int VocabularySize,
    int ProcessCount,
    int BlockCount,
    double MinimumBlockMilliseconds,
    IReadOnlyList<int>? MemoryLengths = null,
    int? FrontierLimit = null);
