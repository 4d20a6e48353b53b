using System.Globalization;

namespace LT2.Eval.Models.Definitions;

/// <summary>A file of <c>variants/</c>: the structure of a model under test, with what differs at a scale.</summary>
internal sealed record VariantFile(
    string Name, string File, string Title, string Summary, SizeFields Fields, IReadOnlyDictionary<string, (string Mixer, Dictionary<string, string> Options)> Mixers,
    VariantFile.DrawFields? Draw, IReadOnlyDictionary<string, SizeFields> Scales, IReadOnlyList<string>? OnlyScales)
{
    internal sealed record DrawFields(IReadOnlyList<(string Name, int Weight)> Choices, int Votes, int Seed);

    internal static VariantFile? Load(string file, List<string> problems)
    {
        if (YamlSection.Load(file, problems) is not { } root) return null;
        var name = root.Text("name") ?? "";
        if (name != Path.GetFileNameWithoutExtension(file)) root.Problem("name", $"is '{name}'; it must be the file's name, '{Path.GetFileNameWithoutExtension(file)}'.");
        var scales = new Dictionary<string, SizeFields>(StringComparer.Ordinal);
        if (root.Section("scales") is { } sections)
        {
            foreach (var scale in sections.Keys.ToArray())
                if (sections.Section(scale) is { } section)
                {
                    scales[scale] = SizeFields.Read(section);
                    section.Close();
                }
        }
        var variant = new VariantFile(name, file, root.Text("title") ?? name, root.Text("summary") ?? "", SizeFields.Read(root), ReadMixers(root),
            ReadDraw(root), scales, root.TextList("onlyScales"));
        root.Close();
        return variant;
    }

    static Dictionary<string, (string, Dictionary<string, string>)> ReadMixers(YamlSection root)
    {
        var mixers = new Dictionary<string, (string, Dictionary<string, string>)>(StringComparer.Ordinal);
        if (root.Section("mixers") is not { } section) return mixers;
        foreach (var name in section.Keys.ToArray())
        {
            if (section.Section(name) is not { } entry) continue;
            var options = entry.Keys.Where(key => key != "mixer").ToArray().ToDictionary(key => key, key => entry.Text(key) ?? "", StringComparer.Ordinal);
            mixers[name] = (entry.Text("mixer") ?? name, options);
        }
        return mixers;
    }

    static DrawFields? ReadDraw(YamlSection root)
    {
        if (root.Section("draw") is not { } section) return null;
        var choices = new List<(string, int)>();
        if (section.Section("choices") is { } odds)
            foreach (var name in odds.Keys.ToArray())
                if (odds.Integer(name) is { } weight) choices.Add((name, weight));
        var draw = new DrawFields(choices, section.Integer("votes") ?? 5, section.Integer("seed") ?? 0);
        if (choices.Count == 0 || choices.Any(choice => choice.Item2 <= 0)) section.Problem("choices", "must give each mixer a whole number above 0, its odds.");
        if (draw.Votes < 1) section.Problem("votes", string.Create(CultureInfo.InvariantCulture, $"is {draw.Votes}; it must be 1 or more."));
        section.Close();
        return draw;
    }
}
