using LT2.Eval.Harness.Execution;
using LT2.Eval.Models;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Harness.Timing;

/// <summary>
/// Peak memory of one phase at one length, from outside the allocator, in a process that does nothing else: the kernel's peak resident set on the CPU, NVML's memory
/// in use on a GPU less what was in use before the model came.
/// </summary>
public static class MemoryProbe
{
    private const int DecodeSteps = 4;

    /// <summary>Carries the phase out once, without timing it.</summary>
    /// <param name="request">One phase, one length.</param>
    /// <param name="variants">Known variants.</param>
    public static TimingReport Measure(TimingRequest request, VariantCatalogue variants)
    {
        var (phase, length) = (request.Phases.Single(), request.Lengths.Single());
        var device = ComputeDevice.Resolve(request.Device);
        using var gpu = device.IsCuda ? Management(Math.Max(device.TorchDevice.index, 0)) : null;
        using var sampler = gpu is null ? null : new PeakMemorySampler(gpu);
        TimingMeasurement measurement;
        try
        {
            using var noGradients = no_grad();
            using var model = TimingSession.CreateModel(request, variants, device);
            using var scope = NewDisposeScope();
            Work(request, model, device, phase, length);
            device.Synchronise();
            var peak = device.IsCuda ? sampler?.PeakBytes - sampler?.StartBytes : ProcessMemory.PeakBytes();
            measurement = new TimingMeasurement(phase, length, "finished", null, 0, [], peak);
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            measurement = new TimingMeasurement(phase, length, "outOfMemory", error.Message.Split('\n')[0], 0, [], null);
        }
        catch (NotSupportedException error)
        {
            measurement = new TimingMeasurement(phase, length, "unsupported", error.Message, 0, [], null);
        }

        return new TimingReport(HostClassName.Of(device), TimingSession.ReadableKernels, [measurement]);
    }

    /// <summary>Null where the GPU's management library does not answer: times do not depend on it, so a run goes on without peaks.</summary>
    private static NvmlDevice? Management(int index)
    {
        try
        {
            return NvmlDevice.Open(index);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private static void Work(TimingRequest request, LoopedModel model, ComputeDevice device, string phase, int length)
    {
        using var ids = TimingSession.TokenIds(request, device, length);
        if (phase == TimingPhases.Prefill)
        {
            TimingSession.Prefill(request, model, ids, length);
            return;
        }

        if (phase == TimingPhases.Train)
        {
            using var gradients = enable_grad();
            using var tokens = TimingSession.Tokens(request, length);
            using var steps = TimingSession.Steps(request, model, tokens);
            steps.Step();
            return;
        }

        // The caches are allocated whole, so their bytes do not depend on whether text fills them; reading it would add the peak of a prefill, and minutes at 32k tokens.
        using var state = model.NewState(request.BatchSize, length + DecodeSteps, request.LoopCount);
        state.Skip(length);
        for (var step = 0; step < DecodeSteps; step++)
        {
            using var scope = NewDisposeScope();
            model.Advance(ids.narrow(1, 0, 1), state, lastPositionOnly: true);
        }
    }
}
