using System.Text.Json;
using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>
/// How a pretrained looped transformer becomes a hybrid (LT2 §4): which layers stay full, how the others' mixers are set, and the budgets of the stages.
/// A stage that is absent is left out.
/// </summary>
public sealed record ConversionRecipe
{
    /// <summary>File name without ending.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>
    /// A <see cref="LayerPattern"/> over the names <c>gdn</c> and <c>full</c> (<c>interleave:4:1:gdn:full</c>, <c>bookend:2:full:gdn</c>, <c>list:…</c>), or <c>sensitivity:K</c>:
    /// the K layers whose replacement alone moves the teacher's distribution most stay full.
    /// </summary>
    public required string Layers { get; init; }

    /// <summary>Options of the new mixers beside those the teacher's shapes decide (heads and widths).</summary>
    public IReadOnlyDictionary<string, string> MixerOptions { get; init; } = new SortedDictionary<string, string>();

    /// <summary>How <c>sensitivity:K</c> measures; unused by patterns.</summary>
    public SensitivityProbe? Probe { get; init; }

    /// <summary>Stage 1: each new mixer learns its layer's attention output.</summary>
    public ConversionStage? Alignment { get; init; }

    /// <summary>Stage 2: the whole student learns the teacher's distributions.</summary>
    public DistillationStage? Distillation { get; init; }

    /// <summary>Stage 3: the same at long context.</summary>
    public DistillationStage? LongContext { get; init; }

    /// <summary>Last: the exit gate alone, by improvement (Ouro, stage II).</summary>
    public ConversionStage? ExitGate { get; init; }

    /// <summary>The stages that run, in order, by name.</summary>
    public IReadOnlyList<(string Name, ConversionStage Stage)> Stages =>
    [
        .. new (string Name, ConversionStage? Stage)[]
        {
            ("probe", SensitiveLayers is null ? null : Probe?.Alignment), ("alignment", Alignment), ("distillation", Distillation), ("longContext", LongContext), ("exitGate", ExitGate),
        }.Where(pair => pair.Stage is not null).Select(pair => (pair.Name, pair.Stage!)),
    ];

    /// <summary>Tokens of all stages together.</summary>
    public long TotalTokens => Stages.Sum(pair => pair.Stage.Tokens);

    /// <summary>Tokens of the longest row of any stage.</summary>
    public int LongestSequence => Stages.Select(pair => pair.Stage.SequenceLength).DefaultIfEmpty(0).Max();

    /// <summary>What decides the outcome: everything but name and summary.</summary>
    public JsonObject ToJson()
    {
        var json = JsonSerializer.SerializeToNode(this, Json)!.AsObject();
        foreach (var name in (string[])["name", "summary"]) json.Remove(name);
        return json;
    }

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { IgnoreReadOnlyProperties = true };

    /// <summary>K of <c>sensitivity:K</c>, or null.</summary>
    public int? SensitiveLayers => Layers.Split(':') is ["sensitivity", var count] && int.TryParse(count, System.Globalization.CultureInfo.InvariantCulture, out var k) ? k : null;

    /// <summary>The recipe without stage 1, whose tokens go to stage 2.</summary>
    public ConversionRecipe WithoutAlignment() => this with
    {
        Name = Name + "-without-alignment", Alignment = null,
        Distillation = Distillation is { } stage ? stage with { Tokens = stage.Tokens + (Alignment?.Tokens ?? 0) } : null,
    };

    /// <summary>Every problem with the values, each naming its field.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Layers.StartsWith("sensitivity", StringComparison.Ordinal))
        {
            if (SensitiveLayers is not >= 1) problems.Add($"layers is '{Layers}'; write sensitivity:K with K above 0.");
            if (Probe is null) problems.Add("probe: absent; layers by sensitivity need it.");
        }
        if (Probe is { Batches: < 1 }) problems.Add($"probe.batches is {Probe.Batches}; it must be above 0.");
        foreach (var (name, stage) in Stages) problems.AddRange(stage.Problems().Select(problem => $"{name}.{problem}"));
        return problems;
    }
}
