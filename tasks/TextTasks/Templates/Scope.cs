namespace LT2.Eval.Tasks.TextTasks.Templates;

/// <summary>Names and their values; an inner scope sees the outer one's.</summary>
internal sealed class Scope(Scope? outer, IReadOnlyDictionary<string, object?> names)
{
    private readonly Dictionary<string, object?> own = [];

    /// <summary>Whether a name is known.</summary>
    public bool TryGet(string name, out object? value) =>
        own.TryGetValue(name, out value) || names.TryGetValue(name, out value) || (outer is not null && outer.TryGet(name, out value));

    /// <summary>Sets a name here.</summary>
    public void Set(string name, object? value) => own[name] = value;

    /// <summary>Every known name.</summary>
    public IEnumerable<string> Names => own.Keys.Concat(names.Keys).Concat(outer?.Names ?? []);
}
