namespace LT2.Eval.Models.Mixers;

/// <summary>How a parameter gets its first values. Drawn on CPU in float32 from (seed, parameter name), so adding a parameter never shifts another.</summary>
public abstract record Initialisation
{
    Initialisation() { }

    /// <summary>A linear map or embedding: truncated normal, standard deviation <paramref name="FanIn"/>^-0.5, cut at 3 deviations (lingua, LT2).</summary>
    public sealed record Linear(int FanIn) : Initialisation;

    /// <summary>Normal with mean 0.</summary>
    public sealed record Normal(double StandardDeviation) : Initialisation;

    /// <summary>Uniform on [<paramref name="Low"/>, <paramref name="High"/>).</summary>
    public sealed record Uniform(double Low, double High) : Initialisation;

    /// <summary>One value everywhere: 1 for norms, 0 for gates that start closed.</summary>
    public sealed record Constant(double Filler) : Initialisation;

    /// <summary>ln A with A uniform on [<paramref name="Low"/>, <paramref name="High"/>), A kept above 1e-4 (A_log of GDN, KDA, Mamba2).</summary>
    public sealed record LogOfUniform(double Low, double High) : Initialisation;

    /// <summary>Inverse softplus of a step that is log-uniform on [<paramref name="Low"/>, <paramref name="High"/>], at least 1e-4 (dt_bias of GDN, KDA, Mamba2).</summary>
    public sealed record InverseSoftplusOfLogUniform(double Low = 1e-3, double High = 0.1) : Initialisation;

    /// <summary>A random orthogonal matrix times <paramref name="Gain"/> (RWKV7).</summary>
    public sealed record Orthogonal(double Gain) : Initialisation;

    /// <summary>Given values in row-major order (depth-dependent ramps of RWKV7, fixed tables).</summary>
    public sealed record Values(Func<IReadOnlyList<float>> RowMajor) : Initialisation;
}
