using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>The parameters of one case, read from text; gathers every problem before it throws.</summary>
public sealed class CaseOptions
{
    private readonly Dictionary<string, object> values = [];
    private readonly SortedDictionary<string, string> canonical = new(StringComparer.Ordinal);
    private readonly HashSet<string> faulty = [];
    private readonly List<string> problems = [];
    private readonly string place;

    /// <summary>Reads what is given and takes defaults for the rest.</summary>
    /// <param name="place">Where the parameters stand, as messages name it: "suite 'mqar', task 'mqar'".</param>
    /// <param name="definitions">The task's parameters.</param>
    /// <param name="given">Name to text.</param>
    public CaseOptions(string place, IReadOnlyList<ParameterDefinition> definitions, IReadOnlyDictionary<string, string> given)
    {
        this.place = place;
        string[] names = [.. definitions.Select(definition => definition.Name)];
        foreach (string name in given.Keys.Order(StringComparer.Ordinal))
        {
            if (!names.Contains(name)) problems.Add($"{place}: there is no parameter '{name}'. {NearestName.Hint(name, names)}");
        }

        foreach (ParameterDefinition definition in definitions)
        {
            string text = Resolve(definition, definitions, given);
            if (!definition.TryRead(text, out object value, out string form, out string problem))
            {
                problems.Add($"{place}: {definition.Name} is '{text}'; {problem}.");
                faulty.Add(definition.Name);
            }

            values[definition.Name] = value;
            canonical[definition.Name] = form;
        }
    }

    /// <summary>The text of a value; a parameter's name stands for that parameter's text, which may be another name.</summary>
    private static string Resolve(ParameterDefinition definition, IReadOnlyList<ParameterDefinition> definitions, IReadOnlyDictionary<string, string> given)
    {
        string text = given.GetValueOrDefault(definition.Name, definition.DefaultText).Trim();
        for (int steps = 0; steps < definitions.Count; steps++) // a circle of names ends as a name, which no parameter reads
        {
            if (definitions.FirstOrDefault(other => other.Name == text) is not { } same) break;
            text = given.GetValueOrDefault(same.Name, same.DefaultText).Trim();
        }

        return text;
    }

    /// <summary>Every parameter in canonical form, sorted by name.</summary>
    public IReadOnlyDictionary<string, string> Canonical => canonical;

    /// <summary>A whole number.</summary>
    public int Integer(string name) => (int)values[name];

    /// <summary>A decimal number.</summary>
    public decimal Decimal(string name) => (decimal)values[name];

    /// <summary>A word.</summary>
    public string Choice(string name) => (string)values[name];

    /// <summary>A flag.</summary>
    public bool Boolean(string name) => (bool)values[name];

    /// <summary>A list of whole numbers.</summary>
    public IReadOnlyList<int> Integers(string name) => (List<int>)values[name];

    /// <summary>A value that a parameter of the caller's own kind has read.</summary>
    public T Value<T>(string name) => (T)values[name];

    /// <summary>Notes a problem between parameters, unless one of them is already at fault by itself.</summary>
    /// <param name="holds">What must be true.</param>
    /// <param name="problem">What is wrong, with values, and what to do.</param>
    /// <param name="parameters">The parameters it is about.</param>
    public void Require(bool holds, string problem, params IReadOnlyList<string> parameters)
    {
        if (!holds && !parameters.Any(faulty.Contains)) problems.Add($"{place}: {problem}");
    }

    /// <summary>Throws when anything was wrong.</summary>
    /// <exception cref="TaskException">Every problem at once.</exception>
    public void ThrowIfFaulty()
    {
        if (problems.Count > 0) throw new TaskException(problems);
    }
}
