using System.Text.Json;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion;

/// <summary>
/// Turns a published checkpoint (safetensors, single or sharded) into a checkpoint folder of ours: Llama-style models and Ouro in Hugging Face layout,
/// models of flash-linear-attention, and LT2's own tensor names (lingua's). Every tensor must find its place; nothing is left out in silence.
/// </summary>
public static class ModelImporter
{
    static readonly string[] TokenizerFiles = ["tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"];

    /// <summary>Imports a folder.</summary>
    /// <param name="folder">Weights beside <c>config.json</c>, or beside <c>params.json</c> for LT2's own layout.</param>
    /// <param name="outFolder">Where the checkpoint is written, in the stored element type; it must not hold a checkpoint yet.</param>
    /// <returns>The written metadata.</returns>
    /// <exception cref="ModelException">An unknown kind of model, configuration fields that nothing here knows, and every tensor that is missing, left over or of another shape.</exception>
    public static CheckpointMetadata Import(string folder, string outFolder)
    {
        if (File.Exists(Path.Combine(outFolder, "checkpoint.json"))) throw new ModelException($"{outFolder} already holds a checkpoint; give another folder.");
        var archive = Safetensors.Read(folder);
        var (plan, configuration) = Plan(folder, archive);
        var matches = Match(plan, archive);
        var type = archive.Info(matches["embeddings.weight"]).Type;
        using var model = LoopedModel.Blank(plan.Definition, ComputeDevice.Cpu, type);
        Copy(model, archive, matches);
        Directory.CreateDirectory(outFolder);
        var tokenizers = TokenizerFiles.Where(file => File.Exists(Path.Combine(folder, file))).ToArray();
        foreach (var file in tokenizers) File.Copy(Path.Combine(folder, file), Path.Combine(outFolder, file), overwrite: true);
        return CheckpointFolder.Write(outFolder, model, new CheckpointMetadata
        {
            Definition = plan.Definition, Tokenizer = tokenizers.FirstOrDefault() ?? "none", MaximumLength = plan.Definition.MaximumLength, TrainingCodeVersion = 0,
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
            json = JsonDocument.Parse(File.ReadAllText(file)).RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new ModelException($"{file}: not JSON: {error.Message}", error);
        }
        try
        {
            if (file == lingua) return (LinguaFamily.Plan(name, json, archive), json);
            var kind = json.TryGetProperty("model_type", out var value) ? value.GetString() : null;
            var plan = LlamaFamily.Plan(name, kind, json, archive) ?? FlaFamily.Plan(name, kind, json);
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
            if (!scalarGate && !shape.SequenceEqual(parameter.Shape.Select(side => (long)side)))
                problems.Add($"{archive.Source}: '{stored}' is [{string.Join(", ", shape)}]; our '{parameter.Name}' needs [{string.Join(", ", parameter.Shape)}].");
        }
        var used = matches.Values.ToHashSet(StringComparer.Ordinal);
        problems.AddRange(archive.Names.Where(name => !used.Contains(name) && !plan.Ignorable(name)).Select(name => $"{archive.Source}: '{name}' [{string.Join(", ", archive.Info(name).Shape)}] has no place in this model."));
        return problems.Count == 0 ? matches : throw new ModelException(problems);
    }

    static void Copy(LoopedModel model, TensorArchive archive, Dictionary<string, string> matches)
    {
        using var noGrad = no_grad();
        foreach (var (name, stored) in matches)
        {
            using var scope = NewDisposeScope();
            var values = archive.Load(stored);
            var target = model.Parameters.View(name);
            target.copy_(values.dim() == 1 && target.dim() == 2 ? values.unsqueeze(-1).expand_as(target) : values);
        }
    }

    static SortedDictionary<string, int> SpecialTokens(JsonElement configuration)
    {
        var ids = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (field, role) in ((string, string)[])[("bos_token_id", "beginOfText"), ("eos_token_id", "endOfText"), ("pad_token_id", "padding")])
            if (configuration.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number) ids[role] = value.GetInt32();
        return ids;
    }
}
