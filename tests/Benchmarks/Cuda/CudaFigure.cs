namespace LT2.Eval.Benchmarks.Cuda;

/// <summary>One measured figure.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Execution">Graph or eager, fused or plain.</param>
/// <param name="MedianMilliseconds">Median of the blocks, for one repetition.</param>
/// <param name="MinimumMilliseconds">Fastest block.</param>
/// <param name="Blocks">Blocks measured.</param>
internal sealed record CudaFigure(string Name, string Execution, double MedianMilliseconds, double MinimumMilliseconds, int Blocks)
{
    /// <summary>GPU that ran it.</summary>
    public string Gpu { get; init; } = "";

    /// <summary>Further values, units in their names.</summary>
    public IReadOnlyDictionary<string, double> Values { get; init; } = new Dictionary<string, double>();
}
