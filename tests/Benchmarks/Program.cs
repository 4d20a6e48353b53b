using LT2.Eval.Benchmarks.Cuda;
using LT2.Eval.Benchmarks.Groups;
using LT2.Eval.Benchmarks.Reports;
using LT2.Eval.Benchmarks.SharedPrefix;

return args switch
{
    [LargeSiteBenchmark.Name, ..] => LargeSiteBenchmark.Run(args[1..]),
    [SharedPrefixCommand.Name, ..] => SharedPrefixCommand.Run(args),
    [var first, ..] when first.StartsWith("cuda-", StringComparison.Ordinal) => CudaBenchmarks.Run(args),
    _ => GroupCommand.Run(args),
};
