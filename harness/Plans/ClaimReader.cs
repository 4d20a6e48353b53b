using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Claims;

namespace LT2.Eval.Harness.Plans;

/// <summary>Reads the claims of a plan.</summary>
internal static class ClaimReader
{
    private static readonly string[] Scales = ["linear", "log"];
    private static readonly string[] Picks = ["mean", "largest", "smallest"];

    /// <summary>Reads one claim: what its terms have in common stands once, beside them.</summary>
    public static ClaimDefinition Read(YamlMap map)
    {
        var id = map.Text("id", required: true) ?? "";
        var statement = map.Text("statement", required: true) ?? "";
        var published = map.Text("published");
        var common = Place.Read(map, null);
        var (expectation, margin) = Expected(map);
        var scale = Choice(map, "scale", Scales);
        var unit = map.Text("unit") ?? "1";
        var terms = map.Maps("terms", required: true).Select(term => ReadTerm(term, common)).ToList();
        map.RejectUnknownFields();
        return new ClaimDefinition(id, statement, published, expectation, margin, scale == "log", unit, terms);
    }

    private static ClaimTerm ReadTerm(YamlMap map, Place common)
    {
        var place = Place.Read(map, common);
        var term = new ClaimTerm(
            map.Number("weight", double.MinValue) ?? 1,
            map.Text("variant", required: true) ?? "",
            place.Suite ?? (place.Phase is null ? "" : "timing"),
            place.Task,
            place.Metric ?? (place.Phase is null ? "" : "latency"),
            place.Parameters,
            (int?)map.Integer("trainedLoopCount", 1),
            map.Integers("testedLoopCounts", 1)?.Select(value => (int)value).ToList() ?? [],
            place.Phase,
            place.Length,
            Choice(map, "pick", Picks) switch { "largest" => ClaimPick.Largest, "smallest" => ClaimPick.Smallest, _ => ClaimPick.Mean });
        if (place.Phase is null && (place.Suite is null || place.Metric is null))
        {
            map.Problem("suite", "suite and metric are missing, here and beside terms; or give phase and length for a time.");
        }

        if (place.Phase is not null && place.Length is null)
        {
            map.Problem("length", "is missing; a time is measured at a length.");
        }

        map.RejectUnknownFields();
        return term;
    }

    private static (ClaimExpectation Expectation, double Margin) Expected(YamlMap map)
    {
        (ClaimExpectation Expectation, double? Margin)[] given =
        [
            (ClaimExpectation.Above, map.Number("above", double.MinValue)),
            (ClaimExpectation.Below, map.Number("below", double.MinValue)),
            (ClaimExpectation.Within, map.Number("within", 0)),
        ];
        var stated = given.Where(item => item.Margin is not null).ToList();
        if (stated.Count != 1)
        {
            map.Problem("above", $"{stated.Count} expectations are given; state exactly one of above, below and within, each with a number.");
            return (ClaimExpectation.Above, 0);
        }

        return (stated[0].Expectation, stated[0].Margin!.Value);
    }

    private static string? Choice(YamlMap map, string field, string[] allowed)
    {
        var value = map.Text(field);
        if (value is not null && !allowed.Contains(value, StringComparer.Ordinal))
        {
            map.Problem(field, $"'{value}' is not one of {string.Join(", ", allowed)}. {NearestName.Hint(value, allowed)}");
        }

        return value;
    }

    /// <summary>Where a value is found; a term's own fields win over the claim's.</summary>
    private sealed record Place(string? Suite, string? Task, string? Metric, IReadOnlyDictionary<string, string> Parameters, string? Phase, int? Length)
    {
        public static Place Read(YamlMap map, Place? common) => new(
            map.Text("suite") ?? common?.Suite,
            map.Text("task") ?? common?.Task,
            map.Text("metric") ?? common?.Metric,
            map.Map("parameters")?.AllTexts() ?? common?.Parameters ?? new Dictionary<string, string>(),
            Choice(map, "phase", [.. TimingPhases.All]) ?? common?.Phase,
            (int?)map.Integer("length", 1) ?? common?.Length);
    }
}
