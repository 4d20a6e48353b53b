using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.Tests.TextTasks;

/// <summary>The conformance samples of lm-evaluation-harness.</summary>
internal static class GoldenSamples
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "lmeval-samples");

    public static Map Read(params string[] path) => (Map)PythonJson.Parse(File.ReadAllText(Path.Combine([Folder, .. path])))!;

    public static Map AsMap(this object? value) => (Map)value!;

    public static IReadOnlyList<Map> Maps(this Map map, string name) => [.. ((IEnumerable<object?>)map[name]!).Cast<Map>()];

    public static IReadOnlyList<object?> Items(this Map map, string name) => [.. (IEnumerable<object?>)map[name]!];

    public static double[] Numbers(this Map map, string name) => [.. map.Items(name).Select(Convert.ToDouble)];

    /// <summary>Tasks that have prompt samples, with their documents.</summary>
    public static IEnumerable<string> PromptTasks => Directory.GetFiles(Path.Combine(Folder, "prompts"))
        .Select(path => Path.GetFileNameWithoutExtension(path)!).Where(name => name is not ("needle" or "recall_cloze")).Order(StringComparer.Ordinal);
}
