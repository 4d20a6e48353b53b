namespace LT2.Eval.Harness.Plans;

/// <summary>The shipped plans, and plans by path.</summary>
public static class PlanCatalogue
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "plans");

    /// <summary>Names of the shipped plans.</summary>
    public static IReadOnlyList<string> Names => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads a shipped plan by name or any plan by path.</summary>
    /// <exception cref="PlanException">It is not there, or has problems of form; every one is reported.</exception>
    public static PlanDefinition Load(string nameOrPath)
    {
        var problems = new List<string>();
        var plan = TryLoad(nameOrPath, problems);
        return problems.Count == 0 ? plan! : throw new PlanException(problems);
    }

    /// <summary>Reads a plan and collects its problems.</summary>
    public static PlanDefinition? TryLoad(string nameOrPath, List<string> problems)
    {
        var shipped = Path.Combine(Folder, nameOrPath + ".yaml");
        var path = File.Exists(nameOrPath) ? nameOrPath : shipped;
        if (!File.Exists(path))
        {
            problems.Add($"There is no plan '{nameOrPath}': neither a file of that path nor a shipped plan. {NearestName.Hint(nameOrPath, [.. Names])}");
            return null;
        }

        try
        {
            return PlanReader.Read(path == shipped ? $"{nameOrPath}.yaml" : path, File.ReadAllText(path), problems);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: cannot be read: {error.Message}");
            return null;
        }
    }
}
