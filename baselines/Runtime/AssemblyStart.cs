using System.Runtime.CompilerServices;

namespace LT2.Eval.Models.Runtime;

/// <summary>
/// Makes the native half of TorchSharp loadable before anything touches it. Linked into every program that uses tensors,
/// since a module initialiser runs at the first use of its own assembly only.
/// </summary>
file static class AssemblyStart
{
#pragma warning disable CA2255 // A library's initialiser is the one place that runs before TorchSharp's static constructor.
    [ModuleInitializer]
    internal static void Register() => NativeLibraries.Register();
#pragma warning restore CA2255
}
