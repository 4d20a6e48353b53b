using LT2.Eval.Benchmarks.Cuda;

return CudaBenchmarks.Run(args);
