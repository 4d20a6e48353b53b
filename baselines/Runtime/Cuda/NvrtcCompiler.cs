using System.Runtime.InteropServices;
using System.Text;

namespace LT2.Eval.Models.Runtime.Cuda;

/// <summary>Compiles CUDA C++ to machine code for one architecture, without headers and without the toolkit.</summary>
public static unsafe class NvrtcCompiler
{
    /// <summary>Why nothing can be compiled, or null where it can.</summary>
    public static string? Problem => NvrtcLibrary.Found is null ? "libnvrtc.so was found neither on the library path, nor beside libtorch, nor in a CUDA toolkit" : null;

    /// <summary>Version and place of the compiler, or null where there is none.</summary>
    public static string? Description => NvrtcLibrary.Found is { } library ? $"{library.VersionText} ({library.File})" : null;

    /// <summary>Compiles one source.</summary>
    /// <param name="source">CUDA C++; kernels are <c>extern "C" __global__</c>.</param>
    /// <param name="name">For messages.</param>
    /// <param name="architecture">Such as <c>sm_90a</c>.</param>
    /// <param name="options">More options, such as <c>-DWIDTH=128</c>.</param>
    /// <returns>The cubin.</returns>
    /// <exception cref="ModelException">No compiler, or the source does not compile; then with the compiler's log.</exception>
    public static byte[] Compile(string source, string name, string architecture, IEnumerable<string> options)
    {
        var library = NvrtcLibrary.Found ?? throw new ModelException($"{name} cannot be compiled: {Problem}.");
        nint program;
        fixed (byte* text = Utf8(source), title = Utf8(name))
            Check(library.CreateProgram(&program, text, title, 0, null, null), $"Preparing {name}");
        try
        {
            var status = Compile(library, program, [$"--gpu-architecture={architecture}", "--std=c++17", "-default-device", .. options]);
            if (status != 0) throw new ModelException($"{name} does not compile for {architecture} with NVRTC {library.VersionText}:{Environment.NewLine}{Log(library, program)}");
            nuint size;
            Check(library.GetCubinSize(program, &size), $"Reading {name}");
            var cubin = new byte[size];
            fixed (byte* target = cubin) Check(library.GetCubin(program, target), $"Reading {name}");
            return cubin;
        }
        finally
        {
            library.DestroyProgram(&program);
        }
    }

    static int Compile(NvrtcLibrary library, nint program, IReadOnlyList<string> options)
    {
        var texts = options.Select(option => Marshal.StringToCoTaskMemUTF8(option)).ToArray();
        try
        {
            fixed (nint* first = texts) return library.CompileProgram(program, texts.Length, (byte**)first);
        }
        finally
        {
            foreach (var text in texts) Marshal.FreeCoTaskMem(text);
        }
    }

    static string Log(NvrtcLibrary library, nint program)
    {
        nuint size;
        if (library.GetLogSize(program, &size) != 0) return "(no log)";
        var log = new byte[size];
        fixed (byte* target = log) _ = library.GetLog(program, target);
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    static byte[] Utf8(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    static void Check(int status, string doing)
    {
        if (status != 0) throw new CudaException($"{doing} failed: NVRTC error {status}.", status);
    }
}
