using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Verification;

namespace LT2.Eval.Models.Conversion;

/// <summary>
/// LT2's own checkpoints, made with lingua: <c>params.json</c> with the model's arguments, consolidated and turned into safetensors. RoPE turns adjacent pairs.
/// The loop count is read from the residual gate, the one tensor outside the layers that is [T, d] (or [T] in the oldest checkpoints), whatever it is called;
/// FLA's mixers sit in a layer under any name.
/// </summary>
internal static partial class LinguaFamily
{
    static readonly string[] WithoutEffect = ["max_seqlen", "seed", "init_base_std", "init_std_factor", "attn_impl", "dropout", "multiple_of"];

    internal static ImportPlan Plan(string name, JsonElement json, TensorArchive archive)
    {
        var a = new LayerArguments(json.TryGetProperty("model", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : json);
        int Size(string field) => a.Integer(field, null) ?? throw new ModelException($"the field '{field}' is absent.");
        var (width, layers, heads) = (Size("dim"), Size("n_layers"), Size("n_heads"));
        if (!archive.Has("tok_embeddings.weight")) throw new ModelException("the weights have no 'tok_embeddings.weight', so they do not have LT2's names.");
        var multiplier = a.Real("ffn_dim_multiplier", null) ?? 1;
        var rounding = a.Integer("multiple_of", 256) ?? 256;
        var hidden = ((int)((int)(2 * (4 * width) / 3.0) * multiplier) + rounding - 1) / rounding * rounding;
        var gates = archive.Names.Where(stored => !stored.StartsWith("layers.", StringComparison.Ordinal) && IsGate(archive.Info(stored), width, archive)).ToArray();
        if (gates.Length > 1) throw new ModelException($"several tensors could be the residual gate: {string.Join(", ", gates)}.");
        var pattern = (a.Word("layer_pattern", "full") ?? "full").Replace("interleaved:", "interleave:", StringComparison.Ordinal);
        var attention = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["keyValueHeads"] = (a.Integer("n_kv_heads", null) ?? heads).ToString(CultureInfo.InvariantCulture),
            ["headDimension"] = (a.Integer("head_dim", null) ?? width / heads).ToString(CultureInfo.InvariantCulture),
            ["rotary"] = "pairs", ["rotaryTheta"] = (a.Real("rope_theta", 10000) ?? 10000).ToString("R", CultureInfo.InvariantCulture),
            ["outputGate"] = a.Switch("use_attn_gate", false) ? "true" : "false",
        };
        // Whether a window takes effect there depends on the attention's implementation and on the pattern, so nothing is guessed.
        if (a.Integer("sliding_window", null) is { } window)
            throw new ModelException($"sliding_window is {window}, but which layers see no further is not said; set it to null where all of them see everything.");
        var tied = a.Switch("weight_tying", false);
        var definition = new ModelDefinition
        {
            VariantId = name + "@imported", Title = name, Summary = "Imported LT2 checkpoint.", Width = width, LayerCount = layers,
            LoopCount = gates.Length == 1 ? (int)archive.Info(gates[0]).Shape[0] : a.Integer("n_loops", 1) ?? 1, HeadCount = heads, FeedForwardWidth = hidden,
            VocabularySize = (int)archive.Info("tok_embeddings.weight").Shape[0], MaximumLength = a.Integer("max_seqlen", null) ?? 4096, NormEpsilon = a.Real("norm_eps", 1e-5) ?? 1e-5,
            TiedHead = tied, ResidualGate = gates.Length == 1,
            Slots = [[.. LayerPattern.Expand(pattern, layers).Select(mixer => new MixerChoice(mixer, mixer == "full" ? attention : LibraryDefaults(mixer)))]],
        };
        a.Integer("n_loops", 1);
        a.Integer("vocab_size", null);
        a.Ignore(WithoutEffect);
        a.RefuseUnread("A params.json of LT2");
        return new ImportPlan(definition, ours => StoredNames(ours, archive, gates), stored => stored.EndsWith("freqs_cis", StringComparison.Ordinal) || (tied && stored == "output.weight"), "LT2 (lingua)");
    }

    /// <summary>LT2 gives its ε to the norms of its blocks alone: a layer of flash-linear-attention norms its output with the ε that it has by default.</summary>
    static SortedDictionary<string, string> LibraryDefaults(string mixer)
    {
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (MixerCatalogue.Find(mixer)?.Options.Contains(MixerOption.NormEpsilon) == true) options[MixerOption.NormEpsilon.Name] = "1e-5";
        return options;
    }

    static bool IsGate(TensorInfo info, int width, TensorArchive archive) =>
        info.Name is not ("tok_embeddings.weight" or "output.weight" or "norm.weight") && (info.Shape.Count == 1 ? info.Shape[0] <= 64 : info.Shape.Count == 2 && info.Shape[1] == width)
        && !info.Name.EndsWith("freqs_cis", StringComparison.Ordinal) && archive.Has(info.Name);

    static IReadOnlyList<string> StoredNames(string name, TensorArchive archive, string[] gates)
    {
        switch (name)
        {
            case "embeddings.weight": return ["tok_embeddings.weight"];
            case "norm.weight": return ["norm.weight"];
            case "lm_head.weight": return ["output.weight"];
            case "residual_gate": return gates;
        }
        if (LayerPart().Match(name) is not { Success: true } match) return [name];
        var (layer, part) = (match.Groups[1].Value, match.Groups[2].Value);
        string[] fixedNames = part switch
        {
            "mixer_norm.weight" => ["attention_norm.weight"],
            "mlp_norm.weight" => ["ffn_norm.weight"],
            "mlp.gate_proj.weight" => ["feed_forward.w1.weight"],
            "mlp.up_proj.weight" => ["feed_forward.w3.weight"],
            "mlp.down_proj.weight" => ["feed_forward.w2.weight"],
            "mixer.q_proj.weight" => ["attention.wq.weight"],
            "mixer.k_proj.weight" => ["attention.wk.weight"],
            "mixer.v_proj.weight" => ["attention.wv.weight"],
            "mixer.o_proj.weight" => ["attention.wo.weight"],
            "mixer.g_proj.weight" => ["attention.wg.weight", "attention.w_g.weight", "attention.gate.weight", "attention.attn_gate.weight"],
            _ => [],
        };
        var ending = part.StartsWith("mixer.", StringComparison.Ordinal) ? part["mixer".Length..] : null;
        var foreign = ending is null ? [] : archive.Names.Where(stored => stored.StartsWith(layer, StringComparison.Ordinal) && stored.EndsWith(ending, StringComparison.Ordinal)
            && !stored[layer.Length..].StartsWith("feed_forward", StringComparison.Ordinal) && stored.Length > layer.Length + ending.Length);
        return [.. fixedNames.Select(stored => layer + stored), .. foreign, layer + part];
    }

    [GeneratedRegex(@"^(layers\.\d+\.)(.+)$")]
    private static partial Regex LayerPart();
}
