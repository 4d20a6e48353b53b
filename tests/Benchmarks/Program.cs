using LT2.Eval.Benchmarks.Cuda;
using LT2.Eval.Benchmarks.Groups;

return args is [var first, ..] && first.StartsWith("cuda-", StringComparison.Ordinal) ? CudaBenchmarks.Run(args) : GroupCommand.Run(args);
