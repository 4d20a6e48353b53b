using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Plans;

/// <summary>Times a variant with random weights at several phases and lengths, in fresh processes.</summary>
/// <param name="model">Structure and sizes with the loop count that is timed.</param>
/// <param name="timing">Phases, lengths, batch, blocks.</param>
/// <param name="dtype">Compute dtype.</param>
public sealed class TimeCell(ModelDefinition model, TimingDefinition timing, string dtype) : CellDefinition
{
    /// <summary>What <c>kind</c> says in the definition of a time cell; early exit and canaries, of the same <see cref="CellKind"/>, say other things.</summary>
    public const string DefinitionKind = "time";

    /// <inheritdoc />
    public override CellKind Kind => CellKind.Time;

    /// <inheritdoc />
    public override ModelDefinition Model => model;

    /// <inheritdoc />
    public override string VariantId => model.VariantId;

    /// <summary>Phases, lengths, batch, blocks.</summary>
    public TimingDefinition Timing => timing;

    /// <summary>Compute dtype.</summary>
    public string Dtype => dtype;

    /// <inheritdoc />
    public override string Title =>
        $"time {model.VariantId} T={model.LoopCount} {string.Join("+", timing.Phases)} at {string.Join(",", timing.Lengths)} tokens, batch {timing.BatchSize}";

    /// <inheritdoc />
    protected override JsonObject Describe()
    {
        var description = DescribeTimes();
        if (timing.MemoryLengths is { } lengths)
        {
            description["memoryLengths"] = new JsonArray([.. lengths.Select(length => JsonValue.Create(length))]);
        }

        if (timing.FrontierLimit is { } limit)
        {
            description["frontierLimit"] = limit;
        }

        return description;
    }

    private JsonObject DescribeTimes() => new()
    {
        ["kind"] = DefinitionKind,
        ["model"] = JsonNode.Parse(model.ToCanonicalJson()),
        ["phases"] = new JsonArray([.. timing.Phases.Select(phase => JsonValue.Create(phase))]),
        ["lengths"] = new JsonArray([.. timing.Lengths.Select(length => JsonValue.Create(length))]),
        ["batchSize"] = timing.BatchSize,
        ["processes"] = timing.ProcessCount,
        ["blocks"] = timing.BlockCount,
        ["minimumBlockMilliseconds"] = timing.MinimumBlockMilliseconds,
        ["dtype"] = dtype,
    };
}
