using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Verification;

namespace LT2.Eval.Models.Conversion;

/// <summary>Llama, Mistral, Qwen3 (one pass) and Ouro (looped), with the tensor names of their Hugging Face code.</summary>
internal static partial class LlamaFamily
{
    internal static readonly string[] ModelTypes = ["llama", "mistral", "qwen3", "ouro"];

    static readonly string[] WithoutEffect =
    [
        "model_type", "architectures", "auto_map", "torch_dtype", "dtype", "transformers_version", "use_cache", "initializer_range", "attention_dropout", "bos_token_id", "eos_token_id",
        "pad_token_id", "pretraining_tp", "early_exit_threshold", "early_exit_step", "_name_or_path", "tokenizer_class",
    ];

    internal static ImportPlan? Plan(string name, string? kind, JsonElement json)
    {
        // FLA's transformer also calls itself a transformer; only Hugging Face's own names are taken here.
        if (!ModelTypes.Contains(kind)) return null;
        var a = new LayerArguments(json);
        int Size(string field) => a.Integer(field, null) ?? throw new ModelException($"the field '{field}' is absent.");
        var (width, heads, layers) = (Size("hidden_size"), Size("num_attention_heads"), Size("num_hidden_layers"));
        if (a.Word("hidden_act", "silu") is var activation && activation is not ("silu" or "swish")) throw new ModelException($"hidden_act is '{activation}'; the feed-forward here has silu.");
        foreach (var bias in (string[])["attention_bias", "mlp_bias"])
            if (a.Switch(bias, false)) throw new ModelException($"{bias} is true; attention and feed-forward here have no biases.");
        if (json.TryGetProperty("rope_scaling", out var scaling) && scaling.ValueKind != JsonValueKind.Null)
            throw new ModelException($"rope_scaling is {scaling.GetRawText()}; rotations here are not scaled.");
        a.Ignore(["rope_scaling"]);
        var windowed = WindowedLayers(a, json, kind!, layers);
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["rotary"] = "halves",
            ["rotaryTheta"] = RotaryTheta(a, json).ToString("R", CultureInfo.InvariantCulture),
            ["keyValueHeads"] = (a.Integer("num_key_value_heads", null) ?? heads).ToString(CultureInfo.InvariantCulture),
            ["headDimension"] = (a.Integer("head_dim", null) ?? width / heads).ToString(CultureInfo.InvariantCulture),
        };
        if (kind == "qwen3") options["queryKeyNorm"] = "true";
        var full = new MixerChoice("full", options);
        var slots = windowed.Select(window => window is not { } tokens ? full
            : new MixerChoice("window", new SortedDictionary<string, string>(options, StringComparer.Ordinal) { ["window"] = tokens.ToString(CultureInfo.InvariantCulture) })).ToArray();
        var ouro = kind == "ouro";
        var tied = a.Switch("tie_word_embeddings", false);
        var definition = new ModelDefinition
        {
            VariantId = name + "@imported", Title = name, Summary = $"Imported {kind} model.", Width = width, LayerCount = layers, LoopCount = ouro ? Size("total_ut_steps") : 1,
            HeadCount = heads, FeedForwardWidth = Size("intermediate_size"), VocabularySize = Size("vocab_size"), MaximumLength = a.Integer("max_position_embeddings", null) ?? 2048,
            NormEpsilon = a.Real("rms_norm_eps", 1e-6) ?? 1e-6, TiedHead = tied, ResidualGate = false, NormPlacement = ouro ? NormPlacement.Sandwich : NormPlacement.Before,
            NormEveryLoop = ouro, ExitGate = ouro, Slots = [slots],
        };
        a.Ignore(WithoutEffect);
        a.RefuseUnread($"A configuration of {kind}");
        return new ImportPlan(definition, ours => [StoredName(ours)], stored => stored.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || (tied && stored == "lm_head.weight"), kind!);
    }

    /// <summary>The window of each layer, or null for full attention: in every layer (Mistral), from <c>max_window_layers</c> on, or where <c>layer_types</c> says so.</summary>
    static int?[] WindowedLayers(LayerArguments a, JsonElement json, string kind, int layers)
    {
        var used = a.Switch("use_sliding_window", kind == "mistral");
        var first = a.Integer("max_window_layers", null) ?? (kind == "mistral" ? 0 : 28);
        var size = a.Integer("sliding_window", null);
        a.Ignore(["layer_types"]);
        string[]? types = json.TryGetProperty("layer_types", out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(type => type.GetString() ?? "")] : null;
        if (types is not null && (types.Length != layers || types.Any(type => type is not ("full_attention" or "sliding_attention"))))
            throw new ModelException($"layer_types is {list.GetRawText()}; it must name full_attention or sliding_attention for each of {layers} layers.");
        return [.. Enumerable.Range(0, layers).Select(layer => used && size is { } && (types is null ? layer >= first : types[layer] == "sliding_attention") ? size : null)];
    }

    /// <summary>The field of its own, or the one inside <c>rope_parameters</c> that newer versions of transformers write.</summary>
    static double RotaryTheta(LayerArguments a, JsonElement json)
    {
        a.Ignore(["rope_parameters"]);
        if (!json.TryGetProperty("rope_parameters", out var parameters) || parameters.ValueKind != JsonValueKind.Object) return a.Real("rope_theta", 10000) ?? 10000;
        var inner = new LayerArguments(parameters);
        if (inner.Word("rope_type", "default") is var type && type != "default") throw new ModelException($"rope_parameters.rope_type is '{type}'; rotations here are not scaled.");
        var theta = inner.Real("rope_theta", null) ?? a.Real("rope_theta", 10000) ?? 10000;
        a.Ignore(["rope_theta"]);
        inner.RefuseUnread("rope_parameters");
        return theta;
    }

    /// <summary>Our name of a parameter to the one of the public modelling code.</summary>
    internal static string StoredName(string name) => name switch
    {
        "embeddings.weight" => "model.embed_tokens.weight",
        "norm.weight" => "model.norm.weight",
        "lm_head.weight" => "lm_head.weight",
        "exit_gate.weight" or "exit_gate.bias" => "model.early_exit_gate" + name["exit_gate".Length..],
        _ => "model." + MixerSlot().Replace(name, "$1self_attn.")
            .Replace("mixer_norm_2", "input_layernorm_2", StringComparison.Ordinal).Replace("mixer_norm", "input_layernorm", StringComparison.Ordinal)
            .Replace("mlp_norm_2", "post_attention_layernorm_2", StringComparison.Ordinal).Replace("mlp_norm", "post_attention_layernorm", StringComparison.Ordinal),
    };

    [GeneratedRegex(@"^(layers\.\d+\.)mixer\.")]
    private static partial Regex MixerSlot();
}
