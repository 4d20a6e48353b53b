using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Verification;

namespace LT2.Eval.Models.Conversion;

/// <summary>
/// RWKV7 models of flash-linear-attention (commit bc3b101, fla/models/rwkv7): LayerNorms with biases, one behind the embedding, time mixing and channel mixing in each block.
/// </summary>
internal static partial class Rwkv7Family
{
    internal const string ModelType = "rwkv7";

    const string JointMixes = ".x_x";

    static readonly string[] Mixes = ["x_r", "x_w", "x_k", "x_v", "x_a", "x_g"];

    internal static ImportPlan? Plan(string name, string? kind, JsonElement json)
    {
        if (kind != ModelType) return null;
        var a = new LayerArguments(json);
        int Size(string field) => a.Integer(field, null) ?? throw new ModelException($"the field '{field}' is absent.");
        var (width, layers) = (Size("hidden_size"), Size("num_hidden_layers"));
        if (a.Word("hidden_act", "sqrelu") is var activation && activation != "sqrelu") throw new ModelException($"hidden_act is '{activation}'; the channel mix here has sqrelu.");
        if (!a.Switch("norm_bias", true)) throw new ModelException("norm_bias is false; LayerNorms here have biases.");
        var hidden = a.Integer("intermediate_size", null) ?? ((int)(width * (a.Real("hidden_ratio", 4) ?? 4)) + 31) / 32 * 32;
        a.Real("hidden_ratio", 4);
        var head = a.Integer("head_dim", 64) ?? width / Size("num_heads");
        a.Integer("num_heads", null);
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["headDimension"] = Text(head), ["fusedNorm"] = a.Switch("fuse_norm", true) ? "true" : "false", ["decayLowRank"] = Text(a.Integer("decay_low_rank_dim", 64) ?? 64),
            ["rateLowRank"] = Text(a.Integer("a_low_rank_dim", 64) ?? 64), ["valueLowRank"] = Text(a.Integer("v_low_rank_dim", 16) ?? 16),
            ["gateLowRank"] = Text(a.Integer("gate_low_rank_dim", 128) ?? 128),
        };
        var slots = Enumerable.Range(0, layers).Select(layer => new MixerChoice("rwkv7",
            ValueWidth(json, layer, layers) is { } value ? new SortedDictionary<string, string>(options, StringComparer.Ordinal) { ["valueWidth"] = Text(value) } : options)).ToArray();
        FlaFamily.PlaceAttention(json, width, slots);
        var tied = a.Switch("tie_word_embeddings", false);
        var definition = new ModelDefinition
        {
            VariantId = name + "@imported", Title = name, Summary = "Imported rwkv7 model of flash-linear-attention.", Width = width, LayerCount = layers, LoopCount = 1,
            HeadCount = Math.Max(1, width / head), FeedForwardWidth = hidden, VocabularySize = Size("vocab_size"), MaximumLength = a.Integer("max_position_embeddings", null) ?? 2048,
            NormEpsilon = a.Real("norm_eps", 1e-5) ?? 1e-5, TiedHead = tied, ResidualGate = false, Norm = NormKind.Layer, EmbeddingNorm = a.Switch("norm_first", true),
            FeedForward = FeedForwardKind.ChannelMix, Slots = [slots],
        };
        a.Ignore([.. FlaFamily.WithoutEffect, "value_dim"]);
        a.RefuseUnread("A configuration of rwkv7");
        return new ImportPlan(definition, StoredNames, stored => tied && stored == "lm_head.weight", "flash-linear-attention rwkv7")
        {
            Adapt = (ours, stored) => stored.EndsWith(JointMixes, StringComparison.Ordinal) ? Mix(ours, width) : null,
        };
    }

    /// <summary>FLA's first RWKV7 checkpoints keep the six mixes of the token shift as the rows of one tensor.</summary>
    static TensorAdaption Mix(string name, int width)
    {
        var row = Array.IndexOf(Mixes, name.Split('.')[^1]);
        return new TensorAdaption([Mixes.Length, width], mixes => mixes[row].reshape(1, 1, width));
    }

    /// <summary>One number for all layers, a list of one a layer, or nothing.</summary>
    static int? ValueWidth(JsonElement json, int layer, int layers)
    {
        if (!json.TryGetProperty("value_dim", out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.GetInt32();
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == layers ? value[layer].GetInt32()
            : throw new ModelException($"value_dim is {value.GetRawText()}; it must be a whole number, or one for each of {layers} layers.");
    }

    static IReadOnlyList<string> StoredNames(string name)
    {
        if (name == "lm_head.weight") return [name];
        if (name.StartsWith("embedding_norm.", StringComparison.Ordinal)) return ["model.layers.0.pre_norm." + name["embedding_norm.".Length..]];
        var stored = "model." + Slot().Replace(name, match => match.Groups[1].Value + (match.Groups[2].Value == "mixer" ? "attn" : "ffn"));
        return stored.Contains(".attn.", StringComparison.Ordinal) && Mixes.Contains(stored.Split('.')[^1]) ? [stored, stored[..stored.LastIndexOf('.')] + JointMixes] : [stored];
    }

    static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    // mixer.r_proj → attn.r_proj, mlp_norm → ffn_norm
    [GeneratedRegex(@"^(layers\.\d+\.)(mixer|mlp)")]
    private static partial Regex Slot();
}
