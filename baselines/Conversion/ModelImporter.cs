using System.Text.Json;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Conversion;

/// <summary>
/// Turns a published checkpoint (safetensors, single or sharded) into a checkpoint folder of ours: Llama-style models and Ouro in Hugging Face layout,
/// models of flash-linear-attention, and LT2's own tensor names (lingua's). Every tensor must find its place; nothing is left out in silence.
/// Tensors pass from file to file one at a time, so an import needs memory for the largest of them only.
/// </summary>
public static class ModelImporter
{
    internal static readonly string[] TokenizerFiles = ["tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"];

    /// <summary>Imports a folder.</summary>
    /// <param name="folder">Weights beside <c>config.json</c>, or beside <c>params.json</c> for LT2's own layout.</param>
    /// <param name="outFolder">Where the checkpoint is written, in the stored element type; it must not hold a checkpoint yet.</param>
    /// <param name="tokenizer">What the checkpoint names as its tokenizer, such as <c>byte</c>; null for the tokenizer file that lies beside the weights, or none.</param>
    /// <returns>The written metadata.</returns>
    /// <exception cref="ModelException">An unknown kind of model, configuration fields that nothing here knows, and every tensor that is missing, left over or of another shape.</exception>
    public static CheckpointMetadata Import(string folder, string outFolder, string? tokenizer = null)
    {
        if (!Directory.Exists(folder)) throw new ModelException($"{folder}: there is no such folder.");
        if (File.Exists(Path.Combine(outFolder, "checkpoint.json"))) throw new ModelException($"{outFolder} already holds a checkpoint; give another folder.");
        var archive = Safetensors.Read(folder);
        var (plan, configuration) = Plan(folder, archive);
        var matches = Match(plan, archive);
        Directory.CreateDirectory(outFolder);
        var tokenizers = TokenizerFiles.Where(file => File.Exists(Path.Combine(folder, file))).ToArray();
        foreach (var file in tokenizers) File.Copy(Path.Combine(folder, file), Path.Combine(outFolder, file), overwrite: true);
        return CheckpointFolder.Write(outFolder, Sources(plan, archive, matches), new CheckpointMetadata
        {
            Definition = plan.Definition, Tokenizer = tokenizer ?? tokenizers.FirstOrDefault() ?? "none", MaximumLength = plan.Definition.MaximumLength, TrainingCodeVersion = 0,
            SpecialTokenIds = SpecialTokens(configuration), Origin = $"{plan.Family}, imported from the folder '{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}'",
        });
    }

    static (ImportPlan Plan, JsonElement Configuration) Plan(string folder, TensorArchive archive)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var huggingFace = Path.Combine(folder, "config.json");
        var lingua = Path.Combine(folder, "params.json");
        var file = File.Exists(huggingFace) ? huggingFace : File.Exists(lingua) ? lingua
            : throw new ModelException($"{folder}: neither config.json (Hugging Face layout) nor params.json (LT2's layout) is there, so the model's sizes are unknown.");
        JsonElement json;
        try
        {
            json = PythonJson.Parse(File.ReadAllText(file));
        }
        catch (JsonException error)
        {
            throw new ModelException($"{file}: not JSON: {error.Message}", error);
        }
        try
        {
            if (file == lingua) return (LinguaFamily.Plan(name, json, archive), json);
            var kind = json.TryGetProperty("model_type", out var value) ? value.GetString() : null;
            var plan = LlamaFamily.Plan(name, kind, json) ?? FlaFamily.Plan(name, kind, json) ?? Rwkv7Family.Plan(name, kind, json) ?? Mamba2Family.Plan(name, kind, json);
            return (plan ?? throw new ModelException($"model_type is '{kind}'; known are {string.Join(", ", LlamaFamily.ModelTypes.Concat(FlaFamily.ModelTypes))}."), json);
        }
        catch (ModelException error)
        {
            throw new ModelException([.. error.Problems.Select(problem => $"{file}: {problem}")], error);
        }
    }

    static Dictionary<string, string> Match(ImportPlan plan, TensorArchive archive)
    {
        var problems = new List<string>();
        var matches = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in ModelShape.Describe(plan.Definition))
        {
            var candidates = plan.StoredNames(parameter.Name);
            if (candidates.FirstOrDefault(archive.Has) is not { } stored)
            {
                problems.Add($"{archive.Source}: '{candidates[0]}' [{string.Join(", ", parameter.Shape)}] is missing; it would be our '{parameter.Name}'.");
                continue;
            }
            matches[parameter.Name] = stored;
            var shape = archive.Info(stored).Shape;
            // LT2's first checkpoints hold one residual gate a loop instead of one a loop and channel.
            var scalarGate = parameter.Name == "residual_gate" && shape.Count == 1 && shape[0] == parameter.Shape[0];
            IReadOnlyList<long> needed = plan.Adapt(parameter.Name, stored)?.StoredShape ?? [.. parameter.Shape.Select(side => (long)side)];
            if (!scalarGate && !shape.SequenceEqual(needed))
                problems.Add($"{archive.Source}: '{stored}' is [{string.Join(", ", shape)}]; our '{parameter.Name}' needs [{string.Join(", ", needed)}].");
        }
        var used = matches.Values.ToHashSet(StringComparer.Ordinal);
        problems.AddRange(archive.Names.Where(name => !used.Contains(name) && !plan.Ignorable(name)).Select(name => $"{archive.Source}: '{name}' [{string.Join(", ", archive.Info(name).Shape)}] has no place in this model."));
        return problems.Count == 0 ? matches : throw new ModelException(problems);
    }

    // All tensors get the embedding's type: files that keep norms in float32 beside bfloat16 matrices become one type.
    static TensorSource[] Sources(ImportPlan plan, TensorArchive archive, Dictionary<string, string> matches)
    {
        var type = archive.Info(matches["embeddings.weight"]).Type;
        return [.. ModelShape.Describe(plan.Definition).Select(parameter =>
        {
            long[] shape = [.. parameter.Shape.Select(side => (long)side)];
            return new TensorSource(parameter.Name, type, shape, () =>
            {
                var stored = matches[parameter.Name];
                var values = archive.Load(stored);
                if (plan.Adapt(parameter.Name, stored) is { } adaption) return adaption.Make(values);
                return values.dim() == 1 && shape.Length == 2 ? values.unsqueeze(-1).expand(shape) : values;
            });
        })];
    }

    static SortedDictionary<string, int> SpecialTokens(JsonElement configuration)
    {
        var ids = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (field, role) in ((string, string)[])[("bos_token_id", "beginOfText"), ("eos_token_id", "endOfText"), ("pad_token_id", "padding")])
            if (configuration.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number) ids[role] = value.GetInt32();
        return ids;
    }
}
