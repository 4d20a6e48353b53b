namespace LT2.Eval.Models.Definitions;

/// <summary>A file of <c>scales/</c>: sizes that variants share; with <c>onlyVariants</c> only those.</summary>
internal sealed record ScaleFile(string Name, string File, string Summary, SizeFields Fields, IReadOnlyList<string>? OnlyVariants)
{
    internal static ScaleFile? Load(string file, List<string> problems)
    {
        if (YamlSection.Load(file, problems) is not { } root) return null;
        var name = root.Text("name") ?? "";
        if (name != Path.GetFileNameWithoutExtension(file)) root.Problem("name", $"is '{name}'; it must be the file's name, '{Path.GetFileNameWithoutExtension(file)}'.");
        var scale = new ScaleFile(name, file, root.Text("summary") ?? "", SizeFields.Read(root), root.TextList("onlyVariants"));
        root.Close();
        return scale;
    }
}
