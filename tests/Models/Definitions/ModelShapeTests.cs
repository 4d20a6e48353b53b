using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Tests.Definitions;

/// <summary>Operations counted by hand: a multiplication and an addition are two.</summary>
public sealed class ModelShapeTests
{
    const int Width = 16, Heads = 2, Head = 8, FeedForward = 24, Vocabulary = 19;
    const double HeadFlops = 2.0 * Vocabulary * Width, FeedForwardFlops = 2.0 * 3 * Width * FeedForward;

    static ModelDefinition Model(string mixer, params (string, string)[] options) => new()
    {
        VariantId = "x@y", Width = Width, HeadCount = Heads, FeedForwardWidth = FeedForward, LayerCount = 1, LoopCount = 2, VocabularySize = Vocabulary, MaximumLength = 64,
        NormEpsilon = 1e-6, TiedHead = true, ResidualGate = false, Slots = [[new MixerChoice(mixer, options.ToDictionary(o => o.Item1, o => o.Item2))]],
    };

    /// <summary>A map of a head's channels runs once for every head, not once a layer; keys may have fewer heads than queries.</summary>
    [Theory]
    [InlineData("elementwise_product", "false", "2", 2 * (2 + 2))]
    [InlineData("elementwise_product", "true", "2", 2 * (2 + 2))]
    [InlineData("elementwise_product", "false", "1", 2 * (2 + 1))]
    [InlineData("t2r", "false", "2", 2 + 2)]
    [InlineData("elu", "false", "2", 0)]
    public void A_learned_feature_map_counts_once_for_every_head(string map, string tied, string keyValueHeads, int products)
    {
        var shared = int.Parse(keyValueHeads, System.Globalization.CultureInfo.InvariantCulture);
        var projections = 2.0 * Width * (2 * Heads * Head + 2 * shared * Head);
        const double core = 4.0 * Heads * Head * Head;
        var model = Model("linear", ("featureMap", map), ("tieFeatureMap", tied), ("keyValueHeads", keyValueHeads));
        Assert.Equal(HeadFlops + 2 * (FeedForwardFlops + projections + 2.0 * products * Head * Head + core), ModelShape.FlopsPerToken(model, 32));
    }

    /// <summary>The warm-up of the indexer attends to everything, so the k best keys bound nothing.</summary>
    [Theory]
    [InlineData("dense", 32)]
    [InlineData("sparse", 4)]
    [InlineData("none", 4)]
    public void Attention_counts_the_keys_that_it_reads_in_each_stage_of_the_indexer(string stage, int keys)
    {
        var projections = 2.0 * Width * (4 * Heads * Head + 2 * 8 + 8 + 2);
        var core = 4.0 * Heads * Head * keys + 2.0 * 2 * 8 * 32;
        var model = Model("dsa", ("topK", "4"), ("indexerHeads", "2"), ("indexerDimension", "8"), ("indexerLoss", stage));
        Assert.Equal(HeadFlops + 2 * (FeedForwardFlops + projections + core), ModelShape.FlopsPerToken(model, 32));
    }

    /// <summary>Mixes of a token with the last one, and the bonus, act element by element.</summary>
    [Fact]
    public void Vectors_of_rwkv7_are_no_matrices()
    {
        const int Rank = 32;
        var projections = 2.0 * (4 * Width * Width + 3 * 2 * Width * Rank); // layer 0: decay, rate and gate, without the value residual
        Assert.Equal(HeadFlops + 2 * (FeedForwardFlops + projections + 9.0 * Heads * Head * Head), ModelShape.FlopsPerToken(Model("rwkv7"), 32));
    }

    [Fact]
    public void Options_written_as_they_are_by_default_share_the_weights_of_those_left_out()
    {
        MixerChoice full = new("full", new Dictionary<string, string>()), window = new("window", new Dictionary<string, string> { ["window"] = "8", ["outputGate"] = "false", ["heads"] = "auto" });
        var model = Model("full") with { Slots = [[full], [window]] };
        Assert.Equal(ModelShape.Describe(Model("full")).Select(p => p.Name), ModelShape.Describe(model).Select(p => p.Name));
        var gated = new MixerChoice("window", new Dictionary<string, string> { ["outputGate"] = "true" });
        Assert.Contains(ModelShape.Describe(model with { Slots = [[full], [gated]] }), p => p.Name == "layers.0.mixer.attention_2.g_proj.weight");
    }

    /// <summary>Weights are drawn and stored by name: a shipped variant may never get other ones.</summary>
    [Fact]
    public void The_mixers_of_every_shipped_variant_keep_their_names()
    {
        foreach (var id in Variants.Catalogue.Ids)
        {
            var definition = Variants.Catalogue.Resolve(id);
            string[] expected = id.StartsWith("lt2-loop-gdn-full@", StringComparison.Ordinal) ? ["mixer.gdn.", "mixer.attention."] : ["mixer."];
            for (var layer = 0; layer < definition.LayerCount; layer++)
                Assert.Equal(expected.Select(prefix => $"layers.{layer}.{prefix}"), MixerPlacement.InLayer(definition, layer).Select(placement => placement.Prefix).Distinct());
        }
    }
}
