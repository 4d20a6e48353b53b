using Xunit.Sdk;
using Xunit.v3;

// libtorch's thread count and live-tensor count belong to the whole process.
[assembly: Parallelization(Mode = ParallelMode.None)]
