using System.Text.Json.Nodes;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>The conformance samples as the files that a user would have, in a folder of their own.</summary>
internal sealed class ConformanceFiles : IDisposable
{
    private static readonly string Samples = Path.Combine(AppContext.BaseDirectory, "lmeval-samples");

    // The reference drew shots from four documents; the samples list the first three. The fourth is known by its prompt.
    private static readonly Dictionary<string, string> FourthDocuments = new()
    {
        ["arc_challenge"] = """{"id": "x", "question": "What erodes a cliff fastest?", "choices": {"text": ["waves"], "label": ["A"]}, "answerKey": "A"}""",
        ["boolq"] = """{"passage": "Oto has no airport.", "question": "can you fly to oto", "label": 0}""",
        ["copa"] = """{"premise": "The bell rang.", "choice1": "Someone pulled the rope.", "choice2": "-", "question": "cause", "label": 0}""",
        ["hellaswag"] = """{"activity_label": "Music", "ctx_a": "He opens the piano.", "ctx_b": "he", "endings": ["plays a scale."], "label": "0"}""",
        ["piqa"] = """{"goal": "Clean a window", "sol1": "use vinegar and water", "sol2": "-", "label": 0}""",
        ["winogrande"] = """{"sentence": "The boat sank because the _ holed the boat.", "option1": "stone", "option2": "-", "answer": "1"}""",
    };

    public ConformanceFiles(string task)
    {
        Folder = Directory.CreateTempSubdirectory("lt2-conformance-").FullName;
        Prompts = Read("prompts", $"{task}.json");
        Docs = Write("docs.jsonl", Prompts["cases"]!.AsArray().Select(item => item!["doc"]!));
        var shots = Prompts["fewshot_docs_in_order"]?.AsArray().Select(item => item!.ToJsonString()) ?? [];
        FewShotDocs = Path.Combine(Folder, "fewshot.jsonl");
        File.WriteAllLines(FewShotDocs, FourthDocuments.TryGetValue(task, out var fourth) ? shots.Append(fourth) : shots);
    }

    public string Folder { get; }

    /// <summary>The sample of the task's prompts.</summary>
    public JsonNode Prompts { get; }

    /// <summary>The documents, one a line.</summary>
    public string Docs { get; }

    /// <summary>The documents that shots are taken from, one a line.</summary>
    public string FewShotDocs { get; }

    /// <summary>The path of a sample.</summary>
    public static string PathOf(params string[] path) => Path.Combine([Samples, .. path]);

    /// <summary>A sample.</summary>
    public static JsonNode Read(params string[] path) => JsonNode.Parse(File.ReadAllText(PathOf(path)))!;

    /// <summary>Writes one JSON document a line.</summary>
    public string Write(string name, IEnumerable<JsonNode> lines)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllLines(path, lines.Select(line => line.ToJsonString()));
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
