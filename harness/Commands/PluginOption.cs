using System.CommandLine;
using LT2.Eval.Tasks.Plugins;

namespace LT2.Eval.Harness.Commands;

/// <summary>
/// <c>--plugin</c>, an option of every verb. It is read before the verbs are made, because what they offer depends on it. A folder <c>plugins</c> below the
/// current one, or beside the program, is read without being named.
/// </summary>
internal sealed class PluginOption
{
    private const string Folder = "plugins";

    /// <summary>The option.</summary>
    public Option<string[]> Option { get; } = new("--plugin")
    {
        Description = $"Suites and tasks of your own: an assembly, a YAML task, or a folder of them (a folder '{Folder}' is always read). A plug-in runs with all rights of the program.",
        Recursive = true,
    };

    /// <summary>The program's suites and tasks with those that the command line and the folders bring.</summary>
    /// <param name="arguments">The whole command line.</param>
    /// <param name="error">Is told which folders were read without being named.</param>
    /// <exception cref="Tasks.Contracts.TaskException">A plug-in cannot be used.</exception>
    public PluginSet Load(string[] arguments, TextWriter error)
    {
        var alone = new RootCommand { Option };
        alone.TreatUnmatchedTokensAsErrors = false;
        var parsed = alone.Parse(arguments);
        var named = parsed.Errors.Count > 0 ? [] : parsed.GetValue(Option) ?? []; // the whole command line is parsed again and says what is wrong
        var found = new[] { Path.GetFullPath(Folder), Path.Combine(AppContext.BaseDirectory, Folder) }
            .Distinct().Where(folder => Directory.Exists(folder) && !named.Any(path => Path.GetFullPath(path) == folder)).ToList();
        foreach (var folder in found)
        {
            error.WriteLine($"Plug-ins: {folder}");
        }

        return named.Length + found.Count == 0 ? PluginSet.BuiltIn : PluginLoader.Load([.. found, .. named]);
    }
}
