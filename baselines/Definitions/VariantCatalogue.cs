namespace LT2.Eval.Models.Definitions;

/// <summary>The variants and scales that were shipped, and those of extra folders. Loading and resolving never touch libtorch.</summary>
public sealed class VariantCatalogue
{
    readonly SortedDictionary<string, VariantFile> variants = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, ScaleFile> scales = new(StringComparer.Ordinal);

    /// <summary>Names of variants with their controls (<c>NAME-once</c>, <c>NAME-deep</c>), sorted.</summary>
    public IReadOnlyList<string> VariantNames => [.. variants.Values.SelectMany(NamesOf).Order(StringComparer.Ordinal)];

    /// <summary>Names of variants that have a file, sorted: those without the controls.</summary>
    public IReadOnlyList<string> BaseVariantNames => [.. variants.Keys];

    /// <summary>Names of scales, sorted.</summary>
    public IReadOnlyList<string> ScaleNames => [.. scales.Keys];

    /// <summary>Every <c>name@scale</c> that exists.</summary>
    public IReadOnlyList<string> Ids =>
        [.. from variant in variants.Values from name in NamesOf(variant) from scale in scales.Keys where Exists(variant, scales[scale]) select $"{name}@{scale}"];

    /// <summary>Reads the shipped files and, after them, <c>variants/*.yaml</c> and <c>scales/*.yaml</c> of further folders; a later file of the same name wins.</summary>
    /// <exception cref="ModelException">Every problem of every file.</exception>
    public static VariantCatalogue Load(IReadOnlyList<string>? extraFolders = null)
    {
        var problems = new List<string>();
        var catalogue = new VariantCatalogue();
        foreach (var folder in (string[])[AppContext.BaseDirectory, .. extraFolders ?? []])
        {
            if (!Directory.Exists(folder)) problems.Add($"{folder}: there is no such folder.");
            foreach (var file in Files(folder, "scales"))
                if (ScaleFile.Load(file, problems) is { } scale) catalogue.scales[Path.GetFileNameWithoutExtension(file)] = scale;
            foreach (var file in Files(folder, "variants"))
                if (VariantFile.Load(file, problems) is { } variant) catalogue.variants[Path.GetFileNameWithoutExtension(file)] = variant;
        }
        foreach (var variant in catalogue.variants.Values)
            foreach (var scale in variant.Scales.Keys.Concat(variant.OnlyScales ?? []).Where(scale => !catalogue.scales.ContainsKey(scale)).Distinct())
                problems.Add($"{variant.File}: scales: there is no scale '{scale}'.{NearestName.Hint(scale, catalogue.scales.Keys)}");
        foreach (var scale in catalogue.scales.Values)
            foreach (var name in (scale.OnlyVariants ?? []).Where(name => !catalogue.variants.ContainsKey(name)))
                problems.Add($"{scale.File}: onlyVariants: there is no variant '{name}'.{NearestName.Hint(name, catalogue.variants.Keys)}");
        return problems.Count == 0 ? catalogue : throw new ModelException(problems);
    }

    /// <summary>The definition of <c>name@scale</c>.</summary>
    /// <exception cref="ModelException">An unknown name (with the nearest known one), or a definition that does not hold together (every problem).</exception>
    public ModelDefinition Resolve(string id)
    {
        var at = id.Split('@');
        if (at is not [var name, var scaleName]) throw new ModelException($"'{id}' is no variant id; write NAME@SCALE, such as lt2-gdn@tiny.");
        var problems = new List<string>();
        ControlKind? control = null;
        if (!variants.TryGetValue(name, out var variant))
        {
            foreach (var kind in Enum.GetValues<ControlKind>())
                if (variants.Values.FirstOrDefault(looped => IsLooped(looped) && looped.Name + Controls.Suffix(kind) == name) is { } found) (variant, control) = (found, kind);
            if (variant is null) problems.Add($"There is no variant '{name}'.{NearestName.Hint(name, VariantNames)}");
        }
        if (!scales.TryGetValue(scaleName, out var scale)) problems.Add($"There is no scale '{scaleName}'.{NearestName.Hint(scaleName, scales.Keys)}");
        if (variant?.OnlyScales is { } only && scale is not null && !only.Contains(scaleName))
            problems.Add($"The variant '{name}' exists at {string.Join(", ", only)} only, not at '{scaleName}'.");
        if (variant is not null && scale?.OnlyVariants is { } suited && !suited.Contains(variant.Name))
            problems.Add($"The scale '{scaleName}' exists for {string.Join(", ", suited)} only, not for '{name}'.");
        if (problems.Count > 0) throw new ModelException(problems);
        var definition = DefinitionBuilder.Build(variant!, scale!);
        return control is { } wanted ? Controls.Of(definition, wanted) : definition;
    }

    static bool Exists(VariantFile variant, ScaleFile scale) => (variant.OnlyScales?.Contains(scale.Name) ?? true) && (scale.OnlyVariants?.Contains(variant.Name) ?? true);

    static bool IsLooped(VariantFile variant) => variant.Fields.LoopCount is not 1;

    static IEnumerable<string> NamesOf(VariantFile variant) =>
        IsLooped(variant) ? [variant.Name, .. Enum.GetValues<ControlKind>().Select(kind => variant.Name + Controls.Suffix(kind))] : [variant.Name];

    static string[] Files(string folder, string kind)
    {
        var path = Path.Combine(folder, kind);
        return Directory.Exists(path) ? [.. Directory.GetFiles(path, "*.yaml").Order(StringComparer.Ordinal)] : [];
    }
}
