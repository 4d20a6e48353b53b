using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Checkpoints;

/// <summary>
/// A trained or imported model on disk: <c>variant.yaml</c> (the definition), <c>model.safetensors</c> (single or sharded), <c>checkpoint.json</c> (everything else),
/// and the tokenizer's file where there is one. <c>checkpoint.json</c> is written last, so a folder without it is unfinished.
/// </summary>
public static class CheckpointFolder
{
    const string VariantFile = "variant.yaml";
    const string MetadataFile = "checkpoint.json";
    const string WeightsFile = "model.safetensors";

    /// <summary>Writes a checkpoint. Every file appears whole or not at all.</summary>
    /// <returns>The metadata with the weights' hash.</returns>
    public static CheckpointMetadata Write(string path, LoopedModel model, CheckpointMetadata metadata)
    {
        using var scope = NewDisposeScope();
        return Write(path, model.Parameters.Names.Select(name => model.Parameters.View(name)).Zip(model.Parameters.Names)
            .Select(pair => new TensorSource(pair.Second, pair.First.dtype, pair.First.shape, () => pair.First.detach())).ToArray(), metadata);
    }

    /// <summary>Writes a checkpoint whose weights come one tensor at a time, under our names.</summary>
    /// <returns>The metadata with the weights' hash.</returns>
    public static CheckpointMetadata Write(string path, IReadOnlyList<TensorSource> tensors, CheckpointMetadata metadata)
    {
        Directory.CreateDirectory(path);
        File.Delete(Path.Combine(path, MetadataFile));
        AtomicFile.WriteText(Path.Combine(path, VariantFile), YamlJson.Write(DefinitionJson.Write(metadata.Definition)));
        var weights = Path.Combine(path, WeightsFile);
        Safetensors.WriteStreamed(weights, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        var complete = metadata with { Hashes = new SortedDictionary<string, string>(metadata.Hashes.ToDictionary(), StringComparer.Ordinal) { ["weights"] = HashOf(weights) } };
        var json = JsonSerializer.SerializeToNode(complete, CheckpointJson.Options)!.AsObject();
        json.Remove("definition");
        AtomicFile.WriteText(Path.Combine(path, MetadataFile), json.ToJsonString(CheckpointJson.Options) + "\n");
        return complete;
    }

    /// <summary>Reads what a checkpoint says of itself, without libtorch.</summary>
    /// <exception cref="ModelException">No folder, an unfinished one, or a damaged file.</exception>
    public static CheckpointMetadata ReadMetadata(string path)
    {
        if (!Directory.Exists(path)) throw new ModelException($"{path}: there is no such checkpoint folder.");
        var missing = ((string[])[VariantFile, MetadataFile]).Where(file => !File.Exists(Path.Combine(path, file))).ToArray();
        if (missing.Length > 0) throw new ModelException($"{path}: {string.Join(" and ", missing)} missing; this is no checkpoint, or its writing was cut short.");
        var variant = Path.Combine(path, VariantFile);
        var definition = DefinitionJson.ReadDefinition(YamlJson.Read(File.ReadAllText(variant), variant), variant);
        var source = Path.Combine(path, MetadataFile);
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(source))!.AsObject();
            json["definition"] = DefinitionJson.Write(definition);
            return json.Deserialize<CheckpointMetadata>(CheckpointJson.Options)!;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ModelException($"{source}: damaged: {error.Message}", error);
        }
    }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="device">Where the model goes.</param>
    /// <param name="dtype">Its element type; stored values are converted.</param>
    /// <param name="maximumLength">Longer (or shorter) position tables and caches than the definition's; null keeps them.</param>
    /// <exception cref="ModelException">Every missing, unexpected or misshapen tensor; a damaged file; weights that are not those that were written.</exception>
    public static LoopedModel Load(string path, ComputeDevice device, ScalarType dtype = ScalarType.Float32, int? maximumLength = null)
    {
        var metadata = ReadMetadata(path);
        var archive = Safetensors.Read(path);
        var weights = Path.Combine(path, WeightsFile);
        var definition = maximumLength is { } length ? metadata.Definition.WithMaximumLength(length) : metadata.Definition;
        Check(path, ModelShape.Describe(definition), archive);
        if (metadata.Hashes.TryGetValue("weights", out var written) && File.Exists(weights) && HashOf(weights) != written)
            throw new ModelException($"{weights}: its content is not what was written (SHA-256 differs from the one in {MetadataFile}). Copy or train it again.");
        var model = LoopedModel.Blank(definition, device, dtype);
        try
        {
            using var noGrad = no_grad();
            foreach (var name in model.Parameters.Names)
            {
                using var scope = NewDisposeScope();
                model.Parameters.View(name).copy_(archive.Load(name));
            }
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    static void Check(string path, IReadOnlyList<Mixers.ParameterDescription> expected, TensorArchive archive)
    {
        var problems = new List<string>();
        foreach (var parameter in expected)
        {
            if (!archive.Has(parameter.Name)) problems.Add($"{path}: tensor '{parameter.Name}' [{string.Join(", ", parameter.Shape)}] is missing.");
            else if (!archive.Info(parameter.Name).Shape.SequenceEqual(parameter.Shape.Select(side => (long)side)))
                problems.Add($"{path}: tensor '{parameter.Name}' is [{string.Join(", ", archive.Info(parameter.Name).Shape)}]; the model needs [{string.Join(", ", parameter.Shape)}].");
        }
        var known = expected.Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(archive.Names.Where(name => !known.Contains(name)).Select(name => $"{path}: tensor '{name}' belongs to no part of the model."));
        if (problems.Count > 0) throw new ModelException(problems);
    }

    static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
