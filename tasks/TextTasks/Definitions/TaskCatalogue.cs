using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>The text tasks there are: those of <c>tasks/definitions</c>, and those of folders that a user names.</summary>
public sealed class TaskCatalogue
{
    private const string ResourceFolder = "definitions/";
    private static readonly Lazy<TaskCatalogue> Shipped = new(ReadShipped);

    private readonly Dictionary<string, TaskDefinition> tasks;
    private readonly Dictionary<string, TaskGroup> groups;

    private TaskCatalogue(IEnumerable<TaskDefinition> tasks, IEnumerable<TaskGroup> groups)
    {
        this.tasks = tasks.ToDictionary(task => task.Name);
        this.groups = groups.ToDictionary(group => group.Name);
    }

    /// <summary>The tasks that come with the program.</summary>
    public static TaskCatalogue BuiltIn => Shipped.Value;

    /// <summary>Every task, by name.</summary>
    public IReadOnlyList<TaskDefinition> Tasks => [.. tasks.Values.OrderBy(task => task.Name, StringComparer.Ordinal)];

    /// <summary>Every group, by name.</summary>
    public IReadOnlyList<TaskGroup> Groups => [.. groups.Values.OrderBy(group => group.Name, StringComparer.Ordinal)];

    /// <summary>This catalogue and the YAML files of a folder (with <c>examples/NAME.jsonl</c> beside them).</summary>
    /// <exception cref="TaskException">Every problem of every file, or a name that is taken.</exception>
    public TaskCatalogue WithFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new TaskException($"There is no folder '{folder}' to read task definitions from.");
        }

        return With(Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal), folder);
    }

    /// <summary>This catalogue and one YAML file (with <c>examples/NAME.jsonl</c> beside it).</summary>
    /// <exception cref="TaskException">Every problem of the file, or a name that is taken.</exception>
    public TaskCatalogue WithFile(string path) => With([path], Path.GetDirectoryName(Path.GetFullPath(path))!);

    private TaskCatalogue With(IEnumerable<string> paths, string folder)
    {
        var (added, addedGroups) = ReadAll(
            paths.Select(path => (path, File.ReadAllText(path))),
            name => Path.Combine(folder, "examples", name + ".jsonl") is var path && File.Exists(path) ? File.ReadAllText(path) : null);
        var taken = added.Where(task => tasks.ContainsKey(task.Name)).Select(task => $"{task.Place}: the task '{task.Name}' exists already ({tasks[task.Name].Place}).").ToList();
        return taken.Count == 0
            ? new TaskCatalogue(tasks.Values.Concat(added), groups.Values.Concat(addedGroups))
            : throw new TaskException(taken);
    }

    /// <summary>The group of a name, or null.</summary>
    public TaskGroup? FindGroup(string name) => groups.GetValueOrDefault(name);

    /// <summary>The task of a name.</summary>
    /// <exception cref="TaskException">There is none; names the nearest.</exception>
    public TaskDefinition Get(string name) => tasks.TryGetValue(name, out var task)
        ? task
        : throw new TaskException($"There is no text task '{name}'. {NearestName.Hint(name, [.. tasks.Keys, .. groups.Keys])}");

    private static TaskCatalogue ReadShipped()
    {
        var assembly = typeof(TaskCatalogue).Assembly;
        var names = assembly.GetManifestResourceNames();
        string Read(string name)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }

        var files = names.Where(name => name.StartsWith(ResourceFolder, StringComparison.Ordinal) && name.EndsWith(".yaml", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name => (name, Read(name)));
        var (tasks, groups) = ReadAll(files, task => $"{ResourceFolder}examples/{task}.jsonl" is var name && names.Contains(name) ? Read(name) : null);
        return new TaskCatalogue(tasks, groups);
    }

    private static (IReadOnlyList<TaskDefinition> Tasks, IReadOnlyList<TaskGroup> Groups) ReadAll(
        IEnumerable<(string Place, string Yaml)> files, Func<string, string?> readExamples)
    {
        var tasks = new List<TaskDefinition>();
        var groups = new List<TaskGroup>();
        var problems = new List<string>();
        foreach (var (place, yaml) in files)
        {
            try
            {
                var (read, readGroups) = TaskDefinitionReader.Read(yaml, place, readExamples);
                problems.AddRange(read.Where(task => tasks.Any(other => other.Name == task.Name)).Select(task => $"{place}: the task '{task.Name}' is defined twice."));
                tasks.AddRange(read);
                groups.AddRange(readGroups);
            }
            catch (TaskException exception)
            {
                problems.AddRange(exception.Problems);
            }
        }

        return problems.Count == 0 ? (tasks, groups) : throw new TaskException(problems);
    }
}
