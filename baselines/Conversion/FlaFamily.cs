using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Verification;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion;

/// <summary>
/// Models of flash-linear-attention (commit bc3b101) whose blocks are norm, mixer, norm, gated MLP, with full attention in the layers that <c>attn.layers</c> names.
/// RWKV7 and Mamba2 have other blocks: <see cref="Rwkv7Family"/>, <see cref="Mamba2Family"/>.
/// </summary>
internal static partial class FlaFamily
{
    static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["gated_deltanet"] = "GatedDeltaNet", ["kda"] = "KimiDeltaAttention", ["delta_net"] = "DeltaNet", ["gla"] = "GatedLinearAttention", ["retnet"] = "MultiScaleRetention",
        ["hgrn2"] = "HGRN2Attention", ["linear_attn"] = "LinearAttention", ["gated_deltaproduct"] = "GatedDeltaProduct", ["nsa"] = "NativeSparseAttention", ["transformer"] = "",
    };

    internal static readonly string[] WithoutEffect =
    [
        "model_type", "architectures", "auto_map", "torch_dtype", "dtype", "transformers_version", "use_cache", "initializer_range", "bos_token_id", "eos_token_id", "pad_token_id",
        "output_hidden_states", "output_attentions", "return_dict", "chunk_size_feed_forward", "is_encoder_decoder", "id2label", "label2id", "problem_type",
        "fuse_norm", "fuse_swiglu", "fuse_cross_entropy", "fuse_linear_cross_entropy", "use_l2warp", "attn_mode", "_name_or_path", "attn", "norm_eps", "elementwise_affine",
    ];

    internal static IEnumerable<string> ModelTypes => [.. Classes.Keys, Rwkv7Family.ModelType, Mamba2Family.ModelType];

    internal static ImportPlan? Plan(string name, string? kind, JsonElement json)
    {
        if (kind is null || !Classes.TryGetValue(kind, out var layerClass)) return null;
        var a = new LayerArguments(json);
        int Size(string field) => a.Integer(field, null) ?? throw new ModelException($"the field '{field}' is absent.");
        var (width, layers) = (Size("hidden_size"), Size("num_hidden_layers"));
        if (a.Word("hidden_act", "swish") is var activation && activation is not ("silu" or "swish")) throw new ModelException($"hidden_act is '{activation}'; the feed-forward here has silu.");
        var hidden = a.Integer("intermediate_size", null) ?? Round256((int)(width * (a.Real("hidden_ratio", 4) ?? 4) * 2 / 3));
        a.Real("hidden_ratio", 4);
        RefuseOtherBlocks(a);
        var own = layerClass.Length == 0 ? Attention(a, width) : Mixer(layerClass, Layer(kind, json, a));
        var learnedBounds = kind == "hgrn2" && a.Switch("use_lower_bound", true);
        if (learnedBounds) own = new MixerChoice(own.Mixer, new SortedDictionary<string, string>(own.Options.ToDictionary(), StringComparer.Ordinal) { ["lowerBound"] = "learned" });
        var slots = Enumerable.Repeat(own, layers).ToArray();
        PlaceAttention(json, width, slots);
        var tied = a.Switch("tie_word_embeddings", false);
        var definition = new ModelDefinition
        {
            VariantId = name + "@imported", Title = name, Summary = $"Imported {kind} model of flash-linear-attention.", Width = width, LayerCount = layers, LoopCount = 1,
            HeadCount = a.Integer("num_heads", null) ?? Math.Max(1, width / 128), FeedForwardWidth = hidden, VocabularySize = Size("vocab_size"),
            MaximumLength = a.Integer("max_position_embeddings", null) ?? 2048, NormEpsilon = a.Real("norm_eps", 1e-6) ?? 1e-6, TiedHead = tied, ResidualGate = false, Slots = [slots],
        };
        a.Ignore(WithoutEffect);
        a.RefuseUnread($"A configuration of {kind}");
        return new ImportPlan(definition, StoredNames, stored => tied && stored == "lm_head.weight", $"flash-linear-attention {kind}")
        {
            Adapt = (ours, _) => learnedBounds && ours.EndsWith(Hgrn2Mixer.BoundName, StringComparison.Ordinal) ? LowerBound(ours, layers, width) : null,
        };
    }

    /// <summary>Options of FLA's models that give their blocks parts that ours do not have.</summary>
    static void RefuseOtherBlocks(LayerArguments a)
    {
        if (a.Integer("attnres_block_size", null) is { } size) throw new ModelException($"attnres_block_size is {size}; residuals over blocks of layers are not offered.");
        if (!a.Switch("use_output_norm", true)) throw new ModelException("use_output_norm is false; DeltaNet here has its output norm.");
        if (!a.Switch("use_gk", true) || a.Switch("use_gv", false)) throw new ModelException("use_gk must be true and use_gv false: GLA here decays its keys alone.");
    }

    /// <summary>A model's configuration as its layer's arguments: some have another name or another default there.</summary>
    static LayerArguments Layer(string kind, JsonElement json, LayerArguments a)
    {
        (string Name, JsonNode? Value)[] changes = kind switch
        {
            "linear_attn" => [("do_feature_map_norm", a.Switch("norm_feature_map", false)), ("num_heads", a.Integer("num_heads", 4))],
            "delta_net" => [("num_heads", a.Integer("num_heads", 16))],
            "gated_deltaproduct" =>
            [
                ("use_forget_gate", a.Switch("use_forget_gate", false)), ("allow_neg_eigval", a.Switch("allow_neg_eigval", false)), ("num_householder", a.Integer("num_householder", 1)),
            ],
            "nsa" => [("head_dim", a.Integer("head_dim", 32))],
            _ => [],
        };
        if (changes.Length == 0) return a;
        var layer = JsonNode.Parse(json.GetRawText())!.AsObject();
        foreach (var (name, value) in changes) layer[name] = value;
        return a.With(JsonSerializer.SerializeToElement(layer));
    }

    /// <summary>FLA keeps one table [layers, d] in the model; the bound of a layer is the sum of its softmax over the layers up to it, less the first (fla/models/hgrn2).</summary>
    static TensorAdaption LowerBound(string name, int layers, int width)
    {
        var layer = int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture);
        return new TensorAdaption([layers, width], table =>
        {
            var share = table.to(ScalarType.Float32).softmax(0).cumsum(0);
            return (share[layer] - share[0]).to(table.dtype);
        });
    }

    /// <summary>Puts full attention where <c>attn.layers</c> wants it.</summary>
    internal static void PlaceAttention(JsonElement json, int width, MixerChoice[] slots)
    {
        if (!json.TryGetProperty("attn", out var attn) || attn.ValueKind != JsonValueKind.Object) return;
        var b = new LayerArguments(attn);
        var choice = Attention(b, width);
        foreach (var layer in attn.GetProperty("layers").EnumerateArray()) slots[layer.GetInt32()] = choice;
        b.Ignore(["layers"]);
        b.RefuseUnread("attn");
    }

    internal static MixerChoice Mixer(string layerClass, LayerArguments a)
    {
        var layer = LayerClasses.Find(layerClass)!;
        var options = new LayerOptions(a);
        layer.Read(a, options);
        return new MixerChoice(layer.Mixer, new SortedDictionary<string, string>(options.Options.ToDictionary(), StringComparer.Ordinal));
    }

    static MixerChoice Attention(LayerArguments a, int width)
    {
        var heads = a.Integer("num_heads", 32) ?? 32;
        if (a.Switch("qkv_bias", false)) throw new ModelException("qkv_bias is true; attention here has no biases.");
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["heads"] = Text(heads), ["keyValueHeads"] = Text(a.Integer("num_kv_heads", null) ?? heads), ["headDimension"] = Text(a.Integer("head_dim", null) ?? width / heads),
            ["rotary"] = "halves", ["rotaryTheta"] = (a.Real("rope_theta", 10000) ?? 10000).ToString("R", CultureInfo.InvariantCulture),
            ["queryKeyNorm"] = a.Switch("qk_norm", false) ? "true" : "false",
        };
        if (a.Integer("window_size", null) is not { } window) return new MixerChoice("full", options);
        options["window"] = Text(window);
        return new MixerChoice("window", options);
    }

    static IReadOnlyList<string> StoredNames(string name) => name switch
    {
        "embeddings.weight" => ["model.embeddings.weight"],
        "lm_head.weight" => [name],
        _ when name.EndsWith("." + Hgrn2Mixer.BoundName, StringComparison.Ordinal) => ["model.lower_bounds"],
        _ => ["model." + MixerSlot().Replace(name, "$1attn")],
    };

    static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    static int Round256(int value) => (value + 255) / 256 * 256;

    // mixer.q_proj → attn.q_proj, mixer_norm → attn_norm
    [GeneratedRegex(@"^(layers\.\d+\.)mixer")]
    private static partial Regex MixerSlot();
}
