// libtorch's thread count and live-tensor count belong to the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
