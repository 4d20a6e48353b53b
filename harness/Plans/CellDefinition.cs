using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Results.Records;

namespace LT2.Eval.Harness.Plans;

/// <summary>A unit of scheduling, resuming and recording, before it is carried out.</summary>
public abstract class CellDefinition
{
    private readonly Lazy<string> json;
    private readonly Lazy<string> id;

    /// <summary>Creates it.</summary>
    protected CellDefinition()
    {
        json = new Lazy<string>(() => Models.Definitions.CanonicalJson.Write(Describe()));
        id = new Lazy<string>(() => StableHash.Short(DefinitionJson));
    }

    /// <summary>What it does.</summary>
    public abstract CellKind Kind { get; }

    /// <summary>One line for people.</summary>
    public abstract string Title { get; }

    /// <summary>The variant under test, <c>name@scale</c>; for references without a neural model, the reference's name.</summary>
    public abstract string VariantId { get; }

    /// <summary>The model under test; null for references without one.</summary>
    public virtual ModelDefinition? Model => null;

    /// <summary>T; null where nothing was trained with a loop count.</summary>
    public virtual int? TrainedLoopCount => null;

    /// <summary>Cells that must have finished before.</summary>
    public virtual IReadOnlyList<CellDefinition> Parents => [];

    /// <summary>Training seed; null for cells without one.</summary>
    public virtual long? Seed => null;

    /// <summary>Canonical JSON of everything that defines the cell except the build.</summary>
    public string DefinitionJson => json.Value;

    /// <summary>Hash of <see cref="DefinitionJson"/>.</summary>
    public string Id => id.Value;

    /// <summary>The fields that define the cell.</summary>
    protected abstract JsonObject Describe();
}
