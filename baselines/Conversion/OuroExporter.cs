using System.Globalization;
using System.Text.Json.Nodes;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion;

/// <summary>
/// Writes models of Ouro's architecture as Ouro is published: <c>config.json</c> and <c>model.safetensors</c>, or shards with an index, under the names of the public
/// modelling code. Tensors pass through one at a time.
/// </summary>
public static class OuroExporter
{
    /// <summary>Writes a checkpoint of ours; its <c>max_position_embeddings</c> is the length that the checkpoint reads.</summary>
    /// <param name="folder">A checkpoint folder.</param>
    /// <param name="outFolder">Where config and weights go; it must not hold a <c>config.json</c> yet.</param>
    /// <param name="shardBytes">A further file begins when one would grow beyond this; null for a single file.</param>
    /// <exception cref="ModelException">The model is not what Ouro's format can say: every reason.</exception>
    public static void Export(string folder, string outFolder, long? shardBytes = null)
    {
        var metadata = CheckpointFolder.ReadMetadata(folder);
        var archive = Safetensors.Read(folder);
        var definition = metadata.Definition.WithMaximumLength(metadata.MaximumLength);
        Write(definition, parameter => new TensorSource("", archive.Info(parameter).Type, archive.Info(parameter).Shape, () => archive.Load(parameter)), outFolder, shardBytes, metadata.SpecialTokenIds);
        foreach (var file in ModelImporter.TokenizerFiles.Where(file => File.Exists(Path.Combine(folder, file))))
            File.Copy(Path.Combine(folder, file), Path.Combine(outFolder, file), overwrite: true);
    }

    /// <summary>Writes a model with first values drawn from a seed: weights of published sizes for tests of memory and speed.</summary>
    /// <param name="definition">What is written.</param>
    /// <param name="seed">Seed of the values.</param>
    /// <param name="type">Element type in the file.</param>
    /// <param name="outFolder">As of <see cref="Export"/>.</param>
    /// <param name="shardBytes">As of <see cref="Export"/>.</param>
    public static void ExportRandom(ModelDefinition definition, long seed, ScalarType type, string outFolder, long? shardBytes = null)
    {
        var described = ModelShape.Describe(definition).ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        Write(definition, name => new TensorSource("", type, [.. described[name].Shape.Select(side => (long)side)], () => ParameterInitialiser.Draw(described[name], seed)), outFolder, shardBytes,
            new Dictionary<string, int>());
    }

    static void Write(ModelDefinition definition, Func<string, TensorSource> source, string outFolder, long? shardBytes, IReadOnlyDictionary<string, int> specialTokens)
    {
        if (Problems(definition) is { Count: > 0 } problems) throw new ModelException(problems);
        var configuration = Path.Combine(outFolder, "config.json");
        if (File.Exists(configuration)) throw new ModelException($"{outFolder} already holds a model; give another folder.");
        Directory.CreateDirectory(outFolder);
        TensorSource[] tensors = [.. ModelShape.Describe(definition).Select(parameter => source(parameter.Name) with { Name = LlamaFamily.StoredName(parameter.Name) })];
        var shards = Shards(tensors, shardBytes);
        var format = new Dictionary<string, string> { ["format"] = "pt" };
        if (shards.Count == 1) Safetensors.WriteStreamed(Path.Combine(outFolder, "model.safetensors"), tensors, format);
        else
        {
            var map = new JsonObject();
            for (var i = 0; i < shards.Count; i++)
            {
                var file = string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:00000}-of-{shards.Count:00000}.safetensors");
                Safetensors.WriteStreamed(Path.Combine(outFolder, file), shards[i], format);
                foreach (var tensor in shards[i]) map[tensor.Name] = file;
            }
            var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = tensors.Sum(Bytes) }, ["weight_map"] = map };
            AtomicFile.WriteText(Path.Combine(outFolder, "model.safetensors.index.json"), index.ToJsonString(CheckpointJson.Options));
        }
        AtomicFile.WriteText(configuration, Configuration(definition, tensors[0].Type, specialTokens).ToJsonString(CheckpointJson.Options) + "\n");
    }

    /// <summary>What keeps a model from being written in Ouro's format.</summary>
    static List<string> Problems(ModelDefinition definition)
    {
        var problems = new List<string>();
        void Need(bool holds, string what)
        {
            if (!holds) problems.Add($"{definition.VariantId}: {what}, which Ouro's format cannot say.");
        }
        Need(definition.NormPlacement == NormPlacement.Sandwich, "its blocks have no sandwich norms");
        Need(definition is { FeedForward: FeedForwardKind.SwiGlu, Norm: NormKind.RootMeanSquare, EmbeddingNorm: false }, "its norms or feed-forwards are of another kind");
        Need(definition.NormEveryLoop, "the final norm does not follow every loop");
        Need(definition.ExitGate, "it has no exit gate");
        Need(!definition.ResidualGate, "it has a residual gate");
        Need(definition.Draw is null && definition.Slots.Count == 1, "its mixers differ from loop to loop");
        for (var layer = 0; layer < definition.LayerCount && definition.Slots.Count > 0; layer++)
        {
            var choice = definition.Slots[0][layer];
            Need(choice.Mixer == "full", $"layer {layer} has the mixer {choice.Mixer}");
            if (choice.Mixer != "full") continue;
            Need(choice.Options.GetValueOrDefault("rotary") == "halves", $"layer {layer} does not rotate half-split pairs");
            foreach (var option in (string[])["outputGate", "queryKeyNorm"]) Need(choice.Options.GetValueOrDefault(option, "false") == "false", $"layer {layer} has {option}");
            Need(choice.Options.GetValueOrDefault("shortConvolution", "0") == "0", $"layer {layer} has a short convolution");
            Need(choice.Equals(definition.Slots[0][0]), $"layer {layer} has other options than layer 0");
        }
        return problems;
    }

    static JsonObject Configuration(ModelDefinition definition, ScalarType type, IReadOnlyDictionary<string, int> specialTokens)
    {
        var options = definition.Slots[0][0].Options;
        int Size(string option, int fallback) => options.TryGetValue(option, out var text) && text != "auto" ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
        JsonNode? Id(string role) => specialTokens.TryGetValue(role, out var id) ? JsonValue.Create(id) : null;
        var heads = Size("heads", definition.HeadCount);
        return new JsonObject
        {
            ["architectures"] = new JsonArray("OuroForCausalLM"), ["model_type"] = "ouro", ["vocab_size"] = definition.VocabularySize, ["hidden_size"] = definition.Width,
            ["intermediate_size"] = definition.FeedForwardWidth, ["num_hidden_layers"] = definition.LayerCount, ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = Size("keyValueHeads", heads), ["head_dim"] = Size("headDimension", definition.Width / heads), ["hidden_act"] = "silu",
            ["max_position_embeddings"] = definition.MaximumLength, ["rope_theta"] = double.Parse(options.GetValueOrDefault("rotaryTheta", "10000"), CultureInfo.InvariantCulture), ["rope_scaling"] = null,
            ["rms_norm_eps"] = definition.NormEpsilon, ["initializer_range"] = 0.02, ["attention_dropout"] = 0.0, ["tie_word_embeddings"] = definition.TiedHead,
            ["use_sliding_window"] = false, ["layer_types"] = new JsonArray([.. Enumerable.Range(0, definition.LayerCount).Select(_ => JsonValue.Create("full_attention"))]),
            ["total_ut_steps"] = definition.LoopCount, ["early_exit_threshold"] = 1.0, ["bos_token_id"] = Id("beginOfText"), ["eos_token_id"] = Id("endOfText"), ["pad_token_id"] = Id("padding"),
            ["torch_dtype"] = type.ToString().ToLowerInvariant(), ["use_cache"] = true,
        };
    }

    static List<TensorSource[]> Shards(TensorSource[] tensors, long? limit)
    {
        if (limit is null) return [tensors];
        var shards = new List<List<TensorSource>>();
        var held = 0L;
        foreach (var tensor in tensors)
        {
            if (shards.Count == 0 || held + Bytes(tensor) > limit) (shards, held) = ([.. shards, []], 0);
            shards[^1].Add(tensor);
            held += Bytes(tensor);
        }
        return [.. shards.Select(shard => shard.ToArray())];
    }

    static long Bytes(TensorSource tensor) => tensor.Shape.Aggregate(1L, (product, side) => product * side) * (tensor.Type switch
    {
        ScalarType.Float64 => 8,
        ScalarType.BFloat16 or ScalarType.Float16 => 2,
        _ => 4,
    });
}
