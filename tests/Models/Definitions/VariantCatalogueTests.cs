using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Models.Tests.Definitions;

public sealed class VariantCatalogueTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lt2-models-").FullName;

    public static TheoryData<string> Ids => [.. Variants.Catalogue.Ids];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    void Add(string kind, string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(folder, kind));
        File.WriteAllText(Path.Combine(folder, kind, name + ".yaml"), text);
    }

    IReadOnlyList<string> Problems(string id = "mine@mini") => Assert.Throws<ModelException>(() => VariantCatalogue.Load([folder]).Resolve(id)).Problems;

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_variant_resolves_at_every_scale_and_has_parameters_operations_and_state(string id)
    {
        var definition = Variants.Catalogue.Resolve(id);
        Assert.Equal(id, definition.VariantId);
        Assert.True(ModelShape.ParameterCount(definition) > 0);
        Assert.True(ModelShape.FlopsPerToken(definition, 128) > 0);
        Assert.True(ModelShape.StateBytes(definition) + ModelShape.CacheBytesPerToken(definition) > 0);
        Assert.NotEmpty(definition.Summary);
    }

    [Theory]
    [InlineData("tiny", 0, 1e6)]
    [InlineData("small", 24e6, 40e6)]
    public void A_looped_variant_has_the_size_that_its_scale_promises(string scale, double low, double high)
    {
        var long_ = (string[])["lt2-hybrid-full-gdn-1to6", "lt2-hybrid-full-gdn-1to12"]; // need as many layers as their ratio
        foreach (var name in Variants.Catalogue.BaseVariantNames.Except(long_).Where(name => name != "lt2-loop-gdn-full")) // stores two mixers a layer
            Assert.InRange(ModelShape.ParameterCount(Variants.Catalogue.Resolve($"{name}@{scale}")), low, high);
    }

    /// <summary>lt2.md section 5.3: arithmetic on the released configurations, tied embeddings.</summary>
    [Theory]
    [InlineData("looped-full@1.3b", 1.342)]
    [InlineData("lt2-hybrid-full-gdn@1.3b", 1.486)]
    [InlineData("lt2-gdn@1.3b", 1.520)]
    [InlineData("lt2-gdn@0.6b", 0.446)]
    [InlineData("looped-full@0.6b", 0.453)]
    public void Published_sizes_are_reproduced(string id, double billions) =>
        Assert.Equal(billions, ModelShape.ParameterCount(Variants.Catalogue.Resolve(id)) / 1e9, 3e-3 / 2);

    [Theory]
    [InlineData("looped-full@1.3b", 1.604)]
    [InlineData("lt2-gdn@1.3b", 1.782)]
    [InlineData("lt2-gdn@0.6b", 0.577)]
    [InlineData("looped-full@0.6b", 0.584)]
    public void Published_sizes_are_reproduced_untied(string id, double billions) =>
        Assert.Equal(billions, ModelShape.ParameterCount(Variants.Catalogue.Resolve(id) with { TiedHead = false }) / 1e9, 3e-3 / 2);

    /// <summary>lt2.md section 4.6: bfloat16 caches, one for each loop and layer.</summary>
    [Fact]
    public void Cache_and_state_bytes_of_the_large_models_are_those_of_the_arithmetic()
    {
        Assert.Equal(688_128, ModelShape.CacheBytesPerToken(Variants.Catalogue.Resolve("looped-full@1.3b"), 2));
        var hybrid = Variants.Catalogue.Resolve("lt2-hybrid-full-gdn@1.3b");
        Assert.Equal(131_072, ModelShape.CacheBytesPerToken(hybrid, 2));
        const long states = 16L * 96 * 192 * 4 * 17 * 4, tails = (2L * 1536 + 3072) * 3 * 2 * 17 * 4;
        Assert.Equal(states + tails, ModelShape.StateBytes(hybrid, 2));
    }

    [Fact]
    public void Controls_have_the_same_weights_or_the_same_operations()
    {
        var looped = Variants.Catalogue.Resolve("lt2-gdn@tiny");
        var once = Variants.Catalogue.Resolve("lt2-gdn-once@tiny");
        var deep = Variants.Catalogue.Resolve("lt2-gdn-deep@tiny");
        Assert.Equal((1, 1), (once.LoopCount, deep.LoopCount));
        Assert.Equal(ModelShape.ParameterCount(looped) - looped.LoopCount * looped.Width, ModelShape.ParameterCount(once));
        Assert.Equal(ModelShape.FlopsPerToken(looped, 64), ModelShape.FlopsPerToken(deep, 64));
    }

    [Fact]
    public void A_layer_stores_one_set_of_weights_for_full_attention_and_windows()
    {
        var schedule = Variants.Catalogue.Resolve("lt2-coarse-to-fine@tiny");
        var full = Variants.Catalogue.Resolve("looped-full@tiny").WithLoopCount(4);
        Assert.Equal(ModelShape.ParameterCount(full), ModelShape.ParameterCount(schedule));
        Assert.Contains(ModelShape.Describe(Variants.Catalogue.Resolve("lt2-loop-gdn-full@tiny")), p => p.Name == "layers.0.mixer.gdn.q_proj.weight");
    }

    [Fact]
    public void Canonical_text_depends_on_structure_alone()
    {
        var definition = Variants.Catalogue.Resolve("lt2-gdn@tiny");
        Assert.Equal(definition.ToCanonicalJson(), (definition with { Title = "other", Recipe = definition.Recipe with { Steps = 3 } }).ToCanonicalJson());
        Assert.NotEqual(definition.ToCanonicalJson(), definition.WithLoopCount(7).ToCanonicalJson());
        Assert.NotEqual(definition.ToCanonicalJson(), (definition with { CarryState = true }).ToCanonicalJson());
    }

    [Fact]
    public void A_typing_error_gets_the_nearest_name() =>
        Assert.Contains("Did you mean 'lt2-gdn'?", Assert.Throws<ModelException>(() => Variants.Catalogue.Resolve("lt2-gnd@tiny")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_scale_and_variant_are_both_named() =>
        Assert.Equal(2, Assert.Throws<ModelException>(() => Variants.Catalogue.Resolve("nothing-like-it@tni")).Problems.Count);

    [Fact]
    public void A_variant_file_gets_all_its_problems_at_once_with_line_and_field()
    {
        Add("variants", "mine", "name: mine\nresidualGate: maybe\nlopCount: 3\npattern: full\nscales:\n  tiny: { width: -4 }\n  tinny: { width: 4 }\n");
        var problems = Problems();
        Assert.Contains(problems, p => p.Contains("mine.yaml:2: residualGate is 'maybe'; it must be true or false", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("mine.yaml:3: lopCount: unknown field. Did you mean 'loopCount'?", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("mine.yaml:6: scales.tiny.width", StringComparison.Ordinal) || p.Contains("width: is -4; it must be above 0", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("there is no scale 'tinny'. Did you mean 'tiny'?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pattern: ful", "there is no mixer 'ful'. Did you mean 'full'?")]
    [InlineData("mixers: { a: { mixer: gdn, chunkLenth: 3 } }\npattern: a", "has no option 'chunkLenth'. Did you mean 'chunkLength'?")]
    [InlineData("mixers: { a: { mixer: full, keyValueHeads: 3 } }\npattern: a", "2 query heads cannot share 3 key/value heads")]
    [InlineData("mixers: { a: { mixer: full, outputGate: perhaps } }\npattern: a", "outputGate is 'perhaps'; write true or false")]
    [InlineData("pattern: interleave:4:gdn:full", "is none of NAME, interleave")]
    [InlineData("pattern: bookend:3:full:gdn", "needs 6 layers, but there are 2")]
    [InlineData("pattern: list:full", "lists 1 layers, but there are 2")]
    [InlineData("carryState: true\npattern: full", "none of its mixers can carry a state")]
    [InlineData("pattern: full\nrecipe: { steps: 0, loss: weighted }", "recipe.steps is 0; it must be above 0")]
    [InlineData("summary: no pattern", "pattern: absent")]
    public void What_is_wrong_with_a_variant_is_said(string text, string expected)
    {
        Add("variants", "mine", $"name: mine\n{text}\n");
        Assert.Contains(Problems(), problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_not_yaml_is_named_with_its_line()
    {
        Add("variants", "mine", "name: [mine\n");
        Assert.Contains(Problems(), problem => problem.Contains("mine.yaml:", StringComparison.Ordinal) && problem.Contains("not YAML", StringComparison.Ordinal));
    }

    [Fact]
    public void A_variant_of_ones_own_folder_resolves()
    {
        Add("variants", "mine", "name: mine\nsummary: my own\npattern: list:gdn,full\n");
        Assert.Equal(["gdn", "full"], VariantCatalogue.Load([folder]).Resolve("mine@mini").Slots[0].Select(slot => slot.Mixer));
    }
}
