using System.Globalization;
using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Harness.Commands;

/// <summary>Compares what a model needs for a length and batch with what the device has left, before anything is allocated.</summary>
internal sealed class MemoryCheck
{
    private readonly ModelDefinition definition;
    private readonly int context;
    private readonly int batch;
    private readonly string dtype;
    private readonly ComputeDevice device;
    private readonly MemoryEstimate estimate;
    private readonly long? free;

    public MemoryCheck(ModelDefinition definition, int context, int batch, string dtype, ComputeDevice device)
    {
        (this.definition, this.context, this.batch, this.dtype, this.device) = (definition, context, batch, dtype, device);
        estimate = MemoryEstimate.Inference(definition, context, batch, Dtypes.Bytes(dtype));
        free = DeviceMemory.FreeBytes(device);
    }

    /// <summary>Whether the estimate is below what is free; true where that cannot be read.</summary>
    public bool Fits => free is null || estimate.PeakBytes <= free;

    /// <exception cref="PlanException">It does not fit.</exception>
    public void RequireFit()
    {
        if (!Fits)
        {
            throw new PlanException($"{definition.VariantId} at {context} tokens, batch {batch}, {dtype} needs about {Gigabytes(estimate.PeakBytes)}, but {device.Name} has {Gigabytes(free!.Value)} free. "
                + "Shorten the context, take fewer prompts or fewer loops, or use --dtype bfloat16.");
        }
    }

    public void Print(TextWriter writer, bool json)
    {
        if (json)
        {
            writer.WriteLine(JsonSerializer.Serialize(
                new
                {
                    variant = definition.VariantId, loopCount = definition.LoopCount, context, batch, dtype, device = device.Name, parameters = ModelShape.ParameterCount(definition),
                    estimate.ParameterBytes, estimate.StateBytes, estimate.CacheBytes, estimate.ActivationBytes, estimate.PeakBytes, freeBytes = free, fits = Fits,
                },
                JsonOutput.Options));
            return;
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{definition.VariantId}, T'={definition.LoopCount}, {context} tokens, batch {batch}, {dtype}, {device.Name}"));
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  parameters   {ModelShape.ParameterCount(definition):N0}, {Gigabytes(estimate.ParameterBytes)}"));
        writer.WriteLine($"  state        {Gigabytes(estimate.StateBytes)}, independent of the context");
        writer.WriteLine($"  cache        {Gigabytes(estimate.CacheBytes)}");
        writer.WriteLine($"  activations  {Gigabytes(estimate.ActivationBytes)} (estimate, while the prompts are read)");
        writer.WriteLine($"  peak         {Gigabytes(estimate.PeakBytes)} (estimate); free: {(free is { } bytes ? Gigabytes(bytes) : "unknown")}; {(Fits ? "fits" : "does not fit")}");
    }

    private static string Gigabytes(long bytes) => bytes >= 1e8
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.000} MB");
}
