using System.Globalization;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Conversion.Distillation;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Runtime;

namespace LT2.Eval.Harness.Commands;

/// <summary>What a conversion costs in tokens and memory, before anything is allocated.</summary>
internal sealed class ConversionBudget
{
    private readonly ModelDefinition teacher;
    private readonly ModelDefinition student;
    private readonly ConversionRecipe recipe;
    private readonly ComputeDevice device;
    private readonly IReadOnlyList<(string Name, ConversionStage Stage, long PeakBytes)> stages;
    private readonly long? free;

    public ConversionBudget(ModelDefinition teacher, ConversionRecipe recipe, string studentId, string dtype, ComputeDevice device)
    {
        (this.teacher, this.recipe, this.device) = (teacher, recipe, device);
        student = StudentDefinition.Derive(
            teacher,
            StudentDefinition.StaysFull(recipe.SensitiveLayers is { } count ? $"back:{count}:full:gdn" : recipe.Layers, teacher.LayerCount),
            recipe.MixerOptions,
            studentId,
            recipe.LongestSequence);
        var bytes = Dtypes.Bytes(dtype);
        free = DeviceMemory.FreeBytes(device);
        stages = [.. recipe.Stages.Select(pair => (pair.Name, pair.Stage, Peak(pair.Name, pair.Stage, bytes)))];
    }

    /// <summary>Whether every stage's estimate is below what is free; true where that cannot be read.</summary>
    public bool Fits => free is null || stages.All(stage => stage.PeakBytes <= free);

    /// <exception cref="PlanException">A stage does not fit.</exception>
    public void RequireFit()
    {
        if (!Fits)
        {
            throw new PlanException([.. stages.Where(stage => stage.PeakBytes > free).Select(stage => string.Create(
                CultureInfo.InvariantCulture,
                $"{stage.Name}: rows of {stage.Stage.SequenceLength} tokens, {stage.Stage.BatchSize} a step, need about {stage.PeakBytes / 1e9:0.0} GB, but {device.Name} has {free / 1e9:0.0} GB free. Lower batchSize or sequenceLength."))]);
        }
    }

    public void Print(TextWriter writer)
    {
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{teacher.VariantId}: {ModelShape.ParameterCount(teacher):N0} parameters; {student.VariantId}: {ModelShape.ParameterCount(student):N0}, layers {recipe.Layers}"));
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"cache for each token, bfloat16: {ModelShape.CacheBytesPerToken(teacher, 2):N0} bytes before, {ModelShape.CacheBytesPerToken(student, 2):N0} after, and {ModelShape.StateBytes(student, 2):N0} bytes of state a sequence"));
        foreach (var (name, stage, peak) in stages)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {name}: {stage.Tokens:N0} tokens, {stage.Steps:N0} steps of {stage.BatchSize} x {stage.SequenceLength}; peak {peak / 1e9:0.00} GB (estimate)"));
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{recipe.TotalTokens:N0} tokens in all; free on {device.Name}: {(free is { } bytes ? $"{bytes / 1e9:0.00} GB" : "unknown")}; {(Fits ? "fits" : "does not fit")}"));
    }

    // What enters every block, one block, and one readout; the teacher's most likely tokens of every loop.
    private long Recomputed(ConversionStage stage, int elementBytes)
    {
        var one = MemoryEstimate.Training(student with { LoopCount = 1 }, stage.SequenceLength, stage.BatchSize, elementBytes, 1).ActivationBytes;
        var readout = MemoryEstimate.Training(student with { LoopCount = 1 }, stage.SequenceLength, stage.BatchSize, elementBytes, 0).ActivationBytes;
        return (long)stage.SequenceLength * stage.BatchSize * student.Width * elementBytes * student.LayerCount * student.LoopCount + (one - readout) + (readout / student.LayerCount);
    }

    // The teacher lies beside what trains. Alignment differentiates one mixer at a time, the gate's stage next to nothing.
    private long Peak(string name, ConversionStage stage, int elementBytes)
    {
        var forward = MemoryEstimate.Inference(teacher, stage.SequenceLength, stage.BatchSize, elementBytes);
        var readouts = stage is DistillationStage { EveryLoopShare: 0, LaterEarlyLoopWeight: 0 } ? 1 : teacher.LoopCount;
        var trained = MemoryEstimate.Training(student, stage.SequenceLength, stage.BatchSize, elementBytes, readouts);
        return forward.ParameterBytes + forward.ActivationBytes + trained.ParameterBytes + trained.TrainingBytes + name switch
        {
            "probe" or "alignment" => trained.ActivationBytes / (student.LayerCount * student.LoopCount),
            "exitGate" => 0,
            _ when stage is DistillationStage { Recompute: true } => Recomputed(stage, elementBytes),
            _ => trained.ActivationBytes,
        };
    }
}
