using LT2.Eval.Benchmarks.Cuda;
using LT2.Eval.Benchmarks.Groups;
using LT2.Eval.Benchmarks.Reports;

return args switch
{
    [LargeSiteBenchmark.Name, ..] => LargeSiteBenchmark.Run(args[1..]),
    [var first, ..] when first.StartsWith("cuda-", StringComparison.Ordinal) => CudaBenchmarks.Run(args),
    _ => GroupCommand.Run(args),
};
