using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>A kernel on random inputs against its readable version.</summary>
/// <param name="Kernel">What it computes.</param>
/// <param name="Case">Dtype, shape, regime.</param>
/// <param name="Tolerance">Largest relative error in norm.</param>
/// <param name="Run">Draws inputs from the seed, runs both versions and their gradients.</param>
internal sealed record KernelCheck(string Kernel, string Case, double Tolerance, Func<Device, int, IReadOnlyList<KernelComparison>> Run);
