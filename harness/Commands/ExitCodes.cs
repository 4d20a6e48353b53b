namespace LT2.Eval.Harness.Commands;

/// <summary>What the program's exit code says.</summary>
public static class ExitCodes
{
    /// <summary>Fine.</summary>
    public const int Success = 0;

    /// <summary>A regression is confirmed, or a verification failed.</summary>
    public const int Regression = 1;

    /// <summary>Usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>The run failed or is incomplete.</summary>
    public const int RunFailed = 3;

    /// <summary>Not enough data for a verdict.</summary>
    public const int Inconclusive = 4;
}
