using System.Reflection;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks;
using LT2.Eval.Tasks.TextTasks.Definitions;

namespace LT2.Eval.Tasks.Plugins;

/// <summary>
/// Adds what a user brings: an assembly that exports an <see cref="ISuitePlugin"/>, or a folder with such assemblies
/// (<c>*.dll</c>) and task definitions (<c>*.yaml</c>). A plug-in runs with all rights of the program: load only what you trust.
/// </summary>
public static class PluginLoader
{
    /// <summary>The program's suites and tasks with those of plug-ins.</summary>
    /// <param name="paths">Values of <c>--plugin</c>: assemblies, YAML files or folders.</param>
    /// <exception cref="TaskException">Every plug-in that cannot be used, and why.</exception>
    public static PluginSet Load(IReadOnlyList<string> paths)
    {
        var problems = new List<string>();
        var suites = new List<ISuite>();
        var tasks = TaskCatalogue.BuiltIn;
        foreach (var path in paths)
        {
            try
            {
                var folder = Directory.Exists(path);
                if (!folder && !File.Exists(path))
                {
                    throw new TaskException($"There is no plug-in '{path}'.");
                }

                string[] assemblies = folder ? Directory.GetFiles(path, "*.dll") : path.EndsWith(".dll", StringComparison.Ordinal) ? [path] : [];
                suites.AddRange(assemblies.Order(StringComparer.Ordinal).SelectMany(assembly => LoadAssembly(assembly, isNamed: !folder)));
                tasks = folder ? tasks.WithFolder(path) : path.EndsWith(".yaml", StringComparison.Ordinal) ? tasks.WithFile(path) : tasks;
            }
            catch (TaskException exception)
            {
                problems.AddRange(exception.Problems);
            }
        }

        var all = SuiteCatalog.All.Select(suite => suite is BenchmarkSuite ? new BenchmarkSuite(suite.Id, tasks) : suite).Concat(suites).ToList();
        problems.AddRange(SuiteCatalog.Problems(all));
        return problems.Count == 0 ? new PluginSet(all, tasks, [.. paths.Select(Path.GetFullPath)]) : throw new TaskException(problems);
    }

    private static IReadOnlyList<ISuite> LoadAssembly(string path, bool isNamed)
    {
        try
        {
            var plugins = new PluginLoadContext(Path.GetFullPath(path)).LoadFromAssemblyPath(Path.GetFullPath(path)).GetExportedTypes()
                .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(ISuitePlugin).IsAssignableFrom(type))
                .ToList();

            // A folder may hold libraries that plug-ins need; an assembly that is named must be a plug-in.
            if (plugins.Count == 0 && isNamed)
            {
                throw new TaskException(
                    $"'{path}' exports no class that implements {nameof(ISuitePlugin)}. Is it built against this program's LT2.Eval.Tasks "
                    + $"({typeof(ISuitePlugin).Assembly.GetName().Version})?");
            }

            return [.. plugins.SelectMany(type => ((ISuitePlugin)Activator.CreateInstance(type)!).Suites)];
        }
        catch (Exception exception) when (exception is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException or MissingMethodException or TargetInvocationException)
        {
            throw new TaskException($"The plug-in '{path}' cannot be loaded: {(exception as TargetInvocationException)?.InnerException?.Message ?? exception.Message}");
        }
    }
}
