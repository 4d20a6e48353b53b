using System.Runtime.InteropServices;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>Compiled kernels loaded on one device.</summary>
public sealed class KernelModule : SafeHandle
{
    readonly Dictionary<string, KernelFunction> functions = new(StringComparer.Ordinal);
    readonly int device;
    readonly string name;

    KernelModule(nint module, int device, string name) : base(0, ownsHandle: true)
    {
        SetHandle(module);
        (this.device, this.name) = (device, name);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Compiles a source (or finds it compiled) and loads it. Load before a graph is captured.</summary>
    public static unsafe KernelModule Load(int device, string source, string name, IReadOnlyList<string> options, CubinCache? cache = null)
    {
        var cubin = (cache ?? CubinCache.Default).Get(source, name, CudaDeviceFacts.Of(device).Architecture, options);
        CudaContext.MakeCurrent(device);
        fixed (byte* image = cubin)
        {
            CudaDriver.Check(CudaDriver.cuModuleLoadData(out var module, image), $"Loading {name} on cuda:{device}");
            return new KernelModule(module, device, name);
        }
    }

    /// <summary>A kernel by its name; asks for all dynamic shared memory that it may need.</summary>
    public KernelFunction Function(string kernel, int dynamicSharedBytes = 0)
    {
        lock (functions)
        {
            if (functions.TryGetValue(kernel, out var known)) return known;
            CudaContext.MakeCurrent(device);
            CudaDriver.Check(CudaDriver.cuModuleGetFunction(out var function, handle, kernel), $"Finding the kernel {kernel} in {name}");
            // What needs no asking, 48 KiB, counts the kernel's static arrays too.
            if (dynamicSharedBytes > 0)
                CudaDriver.Check(CudaDriver.cuFuncSetAttribute(function, CudaDriver.FunctionMaximumDynamicSharedBytes, dynamicSharedBytes),
                    $"Reserving {dynamicSharedBytes} bytes of shared memory for {kernel}");
            return functions[kernel] = new KernelFunction(function, device, kernel, dynamicSharedBytes);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => CudaDriver.cuModuleUnload(handle) == 0;
}
