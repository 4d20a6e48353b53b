namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>One kernel of a module, ready to launch.</summary>
public sealed class KernelFunction
{
    readonly nint function;
    readonly int device;
    readonly int dynamicSharedBytes;

    internal KernelFunction(nint function, int device, string name, int dynamicSharedBytes) =>
        (this.function, this.device, Name, this.dynamicSharedBytes) = (function, device, name, dynamicSharedBytes);

    /// <summary>Its name in the source.</summary>
    public string Name { get; }

    /// <summary>Launches it on torch's current stream of this thread, so that it stands in order with torch's own operations and in their graphs.</summary>
    /// <param name="blocks">Blocks in the grid.</param>
    /// <param name="threads">Threads in a block.</param>
    /// <param name="arguments">In the order of the kernel's parameters.</param>
    public void Launch((long X, long Y) blocks, int threads, params ReadOnlySpan<KernelArgument> arguments) => Launch(blocks, threads, false, arguments);

    /// <summary>
    /// The same for a kernel that calls <c>wait_for_producers</c> (common.cuh): on Hopper and later it may start while the one before it ends, as long as that one allows it.
    /// </summary>
    public void LaunchOverlapping(long blocks, int threads, params ReadOnlySpan<KernelArgument> arguments) => LaunchOverlapping((blocks, 1), threads, arguments);

    /// <summary>The same on a plane of blocks.</summary>
    public void LaunchOverlapping((long X, long Y) blocks, int threads, params ReadOnlySpan<KernelArgument> arguments) =>
        Launch(blocks, threads, !IsChecked && CudaDeviceFacts.Of(device).ComputeCapability >= 90, arguments);

    /// <summary>
    /// Environment variable; <c>on</c> builds every kernel with CHECKED 1 (common.cuh) and starts it after the end of the one before, for which it then does not wait itself: for compute-sanitizer.
    /// </summary>
    public const string CheckedVariable = "LT2_KERNEL_CHECKED";

    internal static bool IsChecked { get; } = Environment.GetEnvironmentVariable(CheckedVariable) == "on";

    void Launch((long X, long Y) blocks, int threads, bool overlapping, ReadOnlySpan<KernelArgument> arguments)
    {
        if (blocks.X is < 1 or > int.MaxValue || blocks.Y is < 1 or > 65535)
            throw new ArgumentOutOfRangeException(nameof(blocks), $"{Name} cannot be launched on {blocks.X} × {blocks.Y} blocks.");
        CudaContext.MakeCurrent(device);
        int status;
        unsafe
        {
            var pointers = stackalloc void*[arguments.Length];
            fixed (KernelArgument* first = arguments)
            {
                for (var i = 0; i < arguments.Length; i++) pointers[i] = KernelArgument.Place(first + i);
                if (overlapping)
                {
                    var attribute = new CudaDriver.LaunchAttribute { Id = CudaDriver.LaunchAttribute.ProgrammaticStreamSerialization, Value = 1 };
                    var configuration = new CudaDriver.LaunchConfiguration
                    {
                        GridX = (uint)blocks.X, GridY = (uint)blocks.Y, GridZ = 1, BlockX = (uint)threads, BlockY = 1, BlockZ = 1,
                        SharedBytes = (uint)dynamicSharedBytes, Stream = CudaStream.CurrentHandle(device), Attributes = &attribute, AttributeCount = 1,
                    };
                    status = CudaDriver.cuLaunchKernelEx(&configuration, function, pointers, null);
                }
                else
                {
                    status = CudaDriver.cuLaunchKernel(function, (uint)blocks.X, (uint)blocks.Y, 1, (uint)threads, 1, 1, (uint)dynamicSharedBytes,
                        CudaStream.CurrentHandle(device), pointers, null);
                }
            }
        }
        CudaDriver.Check(status, $"Launching {Name} on {blocks.X} × {blocks.Y} blocks of {threads} threads");
    }

    /// <summary>The same on a line of blocks.</summary>
    public void Launch(long blocks, int threads, params ReadOnlySpan<KernelArgument> arguments) => Launch((blocks, 1), threads, arguments);
}
