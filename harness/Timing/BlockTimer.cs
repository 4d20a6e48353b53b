namespace LT2.Eval.Harness.Timing;

/// <summary>
/// Times work in blocks: several iterations between two synchronisations, so that the cost of synchronising vanishes,
/// after a warm-up that lasts until the time stops falling.
/// </summary>
/// <param name="clock">Source of time stamps.</param>
/// <param name="synchronize">Waits for the device.</param>
/// <param name="watch">Watches the host during the blocks that count; null for nobody.</param>
public sealed class BlockTimer(TimeProvider clock, Action synchronize, IBlockWatch? watch = null)
{
    private const int MaximumWarmups = 20;

    /// <summary>Fraction by which a warm-up iteration must beat the best so far to ask for another one.</summary>
    private const double StillFalling = 0.05;

    /// <summary>Measures.</summary>
    /// <param name="iteration">The work.</param>
    /// <param name="blockCount">Blocks.</param>
    /// <param name="minimumBlockMilliseconds">A block repeats its work until it lasts about this long.</param>
    /// <param name="prepare">Called before each timed stretch, outside its time; null for nothing.</param>
    /// <param name="maximumIterations">Most iterations between two calls of <paramref name="prepare"/>.</param>
    /// <returns>Iterations in a block, and for each block milliseconds an iteration and what the host did.</returns>
    public BlockTimes Measure(
        Action iteration, int blockCount, double minimumBlockMilliseconds, Action? prepare = null, int maximumIterations = int.MaxValue)
    {
        var best = Run(iteration, 1, prepare).TotalMilliseconds;
        var settled = 0;
        for (var warmup = 1; warmup < MaximumWarmups && settled < 2; warmup++)
        {
            var next = Run(iteration, 1, prepare).TotalMilliseconds;
            settled = next < best * (1 - StillFalling) ? 0 : settled + 1;
            best = Math.Min(best, next);
        }

        var iterations = Math.Clamp((int)Math.Ceiling(minimumBlockMilliseconds / Math.Max(best, 1e-3)), 1, maximumIterations);
        var blocks = new List<double>(blockCount);
        var conditions = watch is null ? null : new List<BlockCondition>(blockCount);
        for (var block = 0; block < blockCount; block++)
        {
            var elapsed = Run(iteration, iterations, prepare, watch);
            blocks.Add(elapsed.TotalMilliseconds / iterations);
            conditions?.Add(watch!.Stop(elapsed));
        }

        return new BlockTimes(iterations, blocks, conditions);
    }

    private TimeSpan Run(Action iteration, int count, Action? prepare, IBlockWatch? watch = null)
    {
        prepare?.Invoke();
        synchronize();
        watch?.Start();
        var start = clock.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            iteration();
        }

        synchronize();
        return clock.GetElapsedTime(start);
    }
}
