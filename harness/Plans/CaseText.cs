using System.Text.Json.Nodes;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>A case as text: for titles, for hashes and for series keys.</summary>
public static class CaseText
{
    /// <summary><c>suite/task</c>, or the suite alone where both have one name.</summary>
    public static string Name(ICase item) => Name(item.SuiteId, item.TaskId);

    /// <summary>The same of a suite's and a task's id.</summary>
    public static string Name(string suiteId, string taskId) => suiteId == taskId ? suiteId : $"{suiteId}/{taskId}";

    /// <summary><c>name=value</c> pairs joined by semicolons, sorted by name.</summary>
    public static string Parameters(ICase item)
        => string.Join(';', item.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>The fields that identify a case.</summary>
    public static JsonObject Describe(ICase item) => new()
    {
        ["suite"] = item.SuiteId,
        ["version"] = item.SuiteVersion,
        ["task"] = item.TaskId,
        ["parameters"] = new JsonObject(item.Parameters.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
    };
}
