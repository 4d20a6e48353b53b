namespace LT2.Eval.Results.Records;

/// <summary>Which timed blocks a value stands on.</summary>
public static class UsableBlocks
{
    /// <summary>For each process its blocks that are not tainted, or all of them when every one is: a loaded night keeps its points, and they are marked.</summary>
    public static IEnumerable<TimingBlockRecord> Of(IEnumerable<TimingBlockRecord> blocks) => blocks
        .Where(block => block.MillisecondsPerIteration > 0)
        .GroupBy(block => (block.CellId, block.Phase, block.SequenceLength, block.ProcessIndex))
        .SelectMany(process => process.Any(block => !block.IsTainted) ? process.Where(block => !block.IsTainted) : process);
}
