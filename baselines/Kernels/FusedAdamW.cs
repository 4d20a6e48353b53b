using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// AdamW over one flat parameter tensor in three launches: global norm, this step's scalars (clipping, schedule, bias corrections; all in device memory, so that a
/// graph can be replayed), update. Master weights and moments are float32 whatever the model's element type. A step whose gradient is not finite changes nothing and is counted.
/// </summary>
public sealed class FusedAdamW : IDisposable
{
    const int NormBlocks = 528;

    [StructLayout(LayoutKind.Sequential)]
    struct StepScalars
    {
        public long Step;
        public float GradientNorm, Clip, LearningRate, Bias1, Bias2;
        public int Skipped, Finite;
    }

    readonly FusedAdamWSettings settings;
    readonly Tensor parameters, gradient, partial, scalars;
    readonly long decayedCount;

    /// <summary>Moments start at zero, master weights at the parameters' values.</summary>
    /// <param name="parameters">[P], dense, on CUDA, bfloat16 or float32.</param>
    /// <param name="gradient">[P], like the parameters; cleared by every step.</param>
    /// <param name="decayedCount">The first so many elements have weight decay.</param>
    /// <param name="settings">Rates and schedule.</param>
    public FusedAdamW(Tensor parameters, Tensor gradient, long decayedCount, FusedAdamWSettings settings)
    {
        if (!FusedOperations.Serves(parameters)) throw new ModelException($"Fused AdamW needs bfloat16 or float32 parameters on CUDA, not {parameters.dtype} on {parameters.device} ({FusedOperations.Description}).");
        (this.parameters, this.gradient, this.decayedCount, this.settings) = (parameters, gradient, decayedCount, settings);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Master = parameters.dtype == ScalarType.Float32 ? parameters : parameters.detach().to(ScalarType.Float32).DetachFromDisposeScope();
        FirstMoment = zeros_like(Master).DetachFromDisposeScope();
        SecondMoment = zeros_like(Master).DetachFromDisposeScope();
        partial = zeros([NormBlocks], ScalarType.Float64, parameters.device).DetachFromDisposeScope();
        scalars = zeros([Marshal.SizeOf<StepScalars>()], ScalarType.Byte, parameters.device).DetachFromDisposeScope();
    }

    /// <summary>Weights in float32, [P]: the parameters themselves where those are float32.</summary>
    public Tensor Master { get; }

    /// <summary>Moving mean of gradients, [P] float32.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Moving mean of squared gradients, [P] float32.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Issues one step. Reads nothing back.</summary>
    public void Step()
    {
        var count = parameters.NumberOfElements;
        KernelLibrary.Get(parameters, "adamw", "gradient_squares").Launch(NormBlocks, 256, gradient, partial, count);
        KernelLibrary.Get(parameters, "adamw", "prepare_step").Launch(1, 256, partial, NormBlocks, scalars, (float)settings.ClipNorm, (float)settings.Beta1, (float)settings.Beta2,
            (float)settings.PeakLearningRate, (float)settings.MinimumLearningRateFraction, settings.WarmupSteps, settings.TotalSteps);
        var blocks = Math.Clamp((count / 8 + 255) / 256, 1, 1 << 20);
        KernelLibrary.Get(parameters, "adamw", "adamw_update").Launch(blocks, 256, parameters, Master, gradient, FirstMoment, SecondMoment, scalars, count, decayedCount,
            (float)settings.Beta1, (float)settings.Beta2, (float)settings.Epsilon, (float)settings.WeightDecay);
    }

    /// <summary>The last step's scalars; waits for the device.</summary>
    public FusedAdamWStatus Read()
    {
        using var host = scalars.cpu();
        var s = MemoryMarshal.Read<StepScalars>(host.bytes);
        return new(s.Step, s.GradientNorm, s.LearningRate, s.Skipped);
    }

    /// <summary>Sets how many steps are done: for resuming, and for undoing a graph's warm-ups.</summary>
    public void Reset(long finishedSteps)
    {
        var s = new StepScalars { Step = finishedSteps };
        var bytes = new byte[Marshal.SizeOf<StepScalars>()];
        MemoryMarshal.Write(bytes, in s);
        using var host = tensor(bytes);
        scalars.copy_(host);
    }

    /// <summary>All that a step changes beside the parameters and the gradient.</summary>
    internal IReadOnlyList<Tensor> State => [Master, FirstMoment, SecondMoment, scalars];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!ReferenceEquals(Master, parameters)) Master.Dispose();
        foreach (var tensor in (Tensor[])[FirstMoment, SecondMoment, partial, scalars]) tensor.Dispose();
    }
}
