using LT2.Eval.Models.Verification;

namespace LT2.Eval.Models.Tests.Mixers;

/// <summary>Finds the golden data beside the test program.</summary>
internal static class Golden
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "golden");

    public static GoldenCase Case(string file, string name) => GoldenFile.Read(Path.Combine(Folder, file + ".json")).Single(c => c.Name == name);
}
