namespace LT2.Eval.Harness.Timing;

/// <summary>Watches the host during timed blocks.</summary>
public interface IBlockWatch
{
    /// <summary>A block begins.</summary>
    void Start();

    /// <summary>The block that began last has ended.</summary>
    /// <param name="elapsed">How long it lasted.</param>
    BlockCondition Stop(TimeSpan elapsed);
}
