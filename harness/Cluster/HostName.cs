namespace LT2.Eval.Harness.Cluster;

/// <summary>What to call this machine: Slurm's name of the node, where it gave one, since several pretend nodes may share a host.</summary>
internal static class HostName
{
    /// <summary>The name.</summary>
    public static string Current => Environment.GetEnvironmentVariable("SLURMD_NODENAME") is { Length: > 0 } node ? node : Environment.MachineName;
}
