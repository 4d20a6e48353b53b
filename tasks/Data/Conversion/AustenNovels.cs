using System.Text;

namespace LT2.Eval.Tasks.Data.Conversion;

/// <summary>Jane Austen's six novels out of the R package janeaustenr: one text file each, lines as in the package.</summary>
internal static class AustenNovels
{
    /// <summary>Names of the novels in the package and, with <c>.txt</c>, of their files.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["emma", "mansfieldpark", "northangerabbey", "persuasion", "prideprejudice", "sensesensibility"];

    /// <summary>Writes the files.</summary>
    public static async Task ConvertAsync(string unpackedFolder, string outputFolder, CancellationToken cancellation)
    {
        var novels = RLazyLoadDatabase.Read(Path.Combine(unpackedFolder, "usr/lib/R/site-library/janeaustenr/data/Rdata"));
        foreach (var name in Names)
        {
            var lines = novels[name].Strings ?? throw new InvalidDataException($"'{name}' is no text.");
            await File.WriteAllTextAsync(
                Path.Combine(outputFolder, name + ".txt"), string.Join('\n', lines) + "\n", new UTF8Encoding(false), cancellation);
        }
    }
}
