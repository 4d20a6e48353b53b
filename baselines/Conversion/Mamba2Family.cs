using System.Text.Json;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Verification;

namespace LT2.Eval.Models.Conversion;

/// <summary>Mamba2 models of flash-linear-attention (commit bc3b101, fla/models/mamba2): each block is a norm and its mixer, without a feed-forward.</summary>
internal static partial class Mamba2Family
{
    internal const string ModelType = "mamba2";

    internal static ImportPlan? Plan(string name, string? kind, JsonElement json)
    {
        if (kind != ModelType) return null;
        var a = new LayerArguments(json);
        int Size(string field) => a.Integer(field, null) ?? throw new ModelException($"the field '{field}' is absent.");
        var (width, layers) = (Size("hidden_size"), Size("num_hidden_layers"));
        var mixer = FlaFamily.Mixer("Mamba2", a);
        var tied = a.Switch("tie_word_embeddings", false);
        var definition = new ModelDefinition
        {
            VariantId = name + "@imported", Title = name, Summary = "Imported mamba2 model of flash-linear-attention.", Width = width, LayerCount = layers, LoopCount = 1,
            HeadCount = Math.Max(1, (int)(width * (a.Real("expand", 2) ?? 2)) / (a.Integer("head_dim", 64) ?? 64)), FeedForwardWidth = 0, VocabularySize = Size("vocab_size"),
            MaximumLength = a.Integer("max_position_embeddings", null) ?? 2048, NormEpsilon = a.Real("norm_eps", 1e-5) ?? 1e-5, TiedHead = tied, ResidualGate = false,
            FeedForward = FeedForwardKind.None, Slots = [[.. Enumerable.Repeat(mixer, layers)]],
        };
        // How training draws first values, and the residual stream's type.
        a.Ignore([.. FlaFamily.WithoutEffect, "rescale_prenorm_residual", "residual_in_fp32"]);
        a.RefuseUnread("A configuration of mamba2");
        return new ImportPlan(definition, StoredNames, stored => tied && stored == "lm_head.weight", "flash-linear-attention mamba2");
    }

    static IReadOnlyList<string> StoredNames(string name) => name switch
    {
        "embeddings.weight" => ["backbone.embeddings.weight", "backbone.embedding.weight"],
        "lm_head.weight" => [name],
        "norm.weight" => ["backbone.norm_f.weight"],
        _ => ["backbone." + Norm().Replace(name, "$1norm.")],
    };

    [GeneratedRegex(@"^(layers\.\d+\.)mixer_norm\.")]
    private static partial Regex Norm();
}
