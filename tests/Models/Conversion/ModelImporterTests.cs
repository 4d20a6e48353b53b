using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Conversion;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Conversion;

public sealed class ModelImporterTests : IDisposable
{
    const string Llama = """
        {"model_type":"llama","architectures":["LlamaForCausalLM"],"hidden_size":16,"num_attention_heads":4,"num_key_value_heads":2,"num_hidden_layers":2,"intermediate_size":24,
         "vocab_size":19,"max_position_embeddings":64,"rms_norm_eps":1e-5,"rope_theta":500000.0,"tie_word_embeddings":false,"hidden_act":"silu","bos_token_id":1,"eos_token_id":2}
        """;

    const string GatedDeltaNet = """
        {"model_type":"gated_deltanet","hidden_size":32,"num_hidden_layers":2,"num_heads":2,"head_dim":8,"expand_v":2,"intermediate_size":48,"vocab_size":19,"norm_eps":1e-6,
         "max_position_embeddings":64,"tie_word_embeddings":true,"hidden_act":"swish","use_gate":true,"use_short_conv":true,"conv_size":4,"fuse_norm":true,
         "attn":{"layers":[1],"num_heads":4,"num_kv_heads":2,"window_size":null,"rope_theta":10000.0}}
        """;

    readonly string folder = Directory.CreateTempSubdirectory("lt2-models-").FullName;

    string Out => Path.Combine(folder, "out");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Writes tensors of a model of ours under foreign names, beside a configuration.</summary>
    LoopedModel Foreign(ModelDefinition definition, Func<string, string> rename, string file, string configuration, bool sharded = false)
    {
        var model = LoopedModel.Create(definition, 3, ComputeDevice.Cpu, torch.ScalarType.Float32);
        using var scope = torch.NewDisposeScope();
        var tensors = model.Parameters.Names.Select(name => (Name: rename(name), Tensor: model.Parameters.View(name))).ToArray();
        if (sharded)
        {
            Safetensors.Write(Path.Combine(folder, "model-00001-of-00002.safetensors"), tensors[..3]);
            Safetensors.Write(Path.Combine(folder, "model-00002-of-00002.safetensors"), tensors[3..]);
            var map = new JsonObject(tensors.Select((pair, i) => KeyValuePair.Create(pair.Name, (JsonNode?)(i < 3 ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors"))));
            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
        }
        else Safetensors.Write(Path.Combine(folder, "model.safetensors"), tensors);
        File.WriteAllText(Path.Combine(folder, file), configuration);
        return model;
    }

    static MixerChoice Choice(string mixer, params (string, string)[] options) => new(mixer, options.ToDictionary(o => o.Item1, o => o.Item2));

    static ModelDefinition Sizes(int width, int heads, int feedForward, bool tied, double epsilon, params MixerChoice[] layers) => new()
    {
        VariantId = "x@y", Width = width, HeadCount = heads, FeedForwardWidth = feedForward, LayerCount = layers.Length, LoopCount = 1, VocabularySize = 19, MaximumLength = 64,
        NormEpsilon = epsilon, TiedHead = tied, ResidualGate = false, Slots = [layers],
    };

    static ModelDefinition LlamaLike()
    {
        var attention = Choice("full", ("rotary", "halves"), ("rotaryTheta", "500000"), ("keyValueHeads", "2"));
        return Sizes(16, 4, 24, tied: false, 1e-5, attention, attention);
    }

    static string LlamaName(string name) => name switch
    {
        "embeddings.weight" => "model.embed_tokens.weight",
        "lm_head.weight" => name,
        _ => "model." + Regex.Replace(name, @"\.mixer\.", ".self_attn.").Replace("mixer_norm", "input_layernorm", StringComparison.Ordinal).Replace("mlp_norm", "post_attention_layernorm", StringComparison.Ordinal),
    };

    static string FlaName(string name) => name == "lm_head.weight" ? name : "model." + Regex.Replace(name, @"\.mixer", ".attn");

    static string LinguaName(string name) => name switch
    {
        "embeddings.weight" => "tok_embeddings.weight",
        "lm_head.weight" => "output.weight",
        "residual_gate" => "loop_residual",
        _ => name.Replace("mixer_norm", "attention_norm", StringComparison.Ordinal).Replace("mlp_norm", "ffn_norm", StringComparison.Ordinal)
            .Replace("mlp.gate_proj", "feed_forward.w1", StringComparison.Ordinal).Replace("mlp.up_proj", "feed_forward.w3", StringComparison.Ordinal)
            .Replace("mlp.down_proj", "feed_forward.w2", StringComparison.Ordinal),
    };

    void ComputesTheSame(LoopedModel original, int loopCount = 1)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        ModelImporter.Import(folder, Out);
        using var imported = CheckpointFolder.Load(Out, ComputeDevice.Cpu);
        var ids = Variants.Ids(2, 21);
        Assert.Equal(0, Variants.Distance(original.ForwardReadouts(ids, [loopCount])[0], imported.ForwardReadouts(ids, [loopCount])[0]));
        Assert.Equal(loopCount, imported.Definition.LoopCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_llama_computes_the_same_after_import_single_or_sharded(bool sharded)
    {
        using var original = Foreign(LlamaLike(), LlamaName, "config.json", Llama, sharded);
        ComputesTheSame(original);
        Assert.Equal((1, 2), (CheckpointFolder.ReadMetadata(Out).SpecialTokenIds["beginOfText"], CheckpointFolder.ReadMetadata(Out).SpecialTokenIds["endOfText"]));
    }

    [Fact]
    public void A_hybrid_of_flash_linear_attention_computes_the_same_after_import()
    {
        var definition = Sizes(32, 2, 48, tied: true, 1e-6, Choice("gdn", ("headDimension", "8")), Choice("full", ("heads", "4"), ("keyValueHeads", "2"), ("rotary", "halves")));
        using var original = Foreign(definition, FlaName, "config.json", GatedDeltaNet);
        ComputesTheSame(original);
    }

    /// <summary>GDN and full attention, by lingua's names.</summary>
    static string Lt2Name(string name) => Regex.Replace(LinguaName(name), @"^(layers\.\d+\.)mixer\.(q|k|v|o|g)_proj", match =>
        match.Groups[1].Value == "layers.1." ? $"layers.1.attention.w{match.Groups[2].Value}" : $"layers.0.gdn.{match.Groups[2].Value}_proj")
        .Replace("layers.0.mixer.", "layers.0.gdn.", StringComparison.Ordinal);

    const string Lt2 =
        """{"model":{"dim":24,"n_layers":2,"n_heads":2,"norm_eps":1e-6,"rope_theta":10000.0,"weight_tying":true,"layer_pattern":"interleaved:1:1:gdn:full","use_attn_gate":true,"max_seqlen":64}}""";

    /// <summary>LT2 hands its ε to the norms of its blocks alone; flash-linear-attention's layers keep their own, 1e-5 (lt2.md section 2.2).</summary>
    static ModelDefinition Lt2Like(params (string, string)[] mixer) =>
        Sizes(24, 2, 256, tied: true, 1e-6, Choice("gdn", mixer), Choice("full", ("outputGate", "true"))) with { ResidualGate = true, LoopCount = 3 };

    [Fact]
    public void An_lt2_checkpoint_computes_the_same_after_import_and_tells_its_loop_count()
    {
        using var original = Foreign(Lt2Like(("normEpsilon", "1e-5")), Lt2Name, "params.json", Lt2);
        ComputesTheSame(original, loopCount: 3);
    }

    /// <summary>Small values make the ε of the output norm count: the layer's own output, computed here by hand, tells 1e-5 from the model's 1e-6.</summary>
    [Fact]
    public void The_output_norm_of_an_lt2_mixer_has_the_epsilon_of_its_library()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var original = LoopedModel.Create(Lt2Like(), 3, ComputeDevice.Cpu, torch.ScalarType.Float32);
        original.Parameters.View("layers.0.mixer.v_proj.weight").mul_(1e-2);
        Safetensors.Write(Path.Combine(folder, "model.safetensors"), [.. original.Parameters.Names.Select(name => (Lt2Name(name), original.Parameters.View(name)))]);
        File.WriteAllText(Path.Combine(folder, "params.json"), Lt2);
        ModelImporter.Import(folder, Out);
        using var imported = CheckpointFolder.Load(Out, ComputeDevice.Cpu);
        var x = torch.randn([1, 1, 24], generator: new torch.Generator(4, torch.CPU));
        var actual = imported.MixerOf(0, imported.Definition.Slots[0][0]).Forward(x, null, new() { Positions = Models.Mixers.SequencePositions.All(1, 0) });

        // One token: o = β scale (q·k) v, then RMSNorm, gate and output projection. Only the last tap of a convolution sees it.
        torch.Tensor Weight(string name) => original.Parameters.View("layers.0.mixer." + name).to(torch.ScalarType.Float64);
        torch.Tensor Project(string name) => torch.nn.functional.linear(x.to(torch.ScalarType.Float64), Weight(name + "_proj.weight"));
        torch.Tensor Stream(string name) => torch.nn.functional.silu(Project(name) * Weight(name + "_conv1d.weight").select(-1, -1).squeeze(-1)).view(2, -1);
        torch.Tensor Unit(torch.Tensor y) => y / y.square().sum(-1, keepdim: true).add(1e-6).sqrt();
        var (q, k, v) = (Unit(Stream("q")), Unit(Stream("k")), Stream("v"));
        var o = Project("b").sigmoid().view(2, 1) * (q * k).sum(-1, keepdim: true) / Math.Sqrt(q.shape[1]) * v;
        torch.Tensor Expected(double epsilon) => torch.nn.functional.linear(
            (o / o.square().mean([-1], keepdim: true).add(epsilon).sqrt() * torch.nn.functional.silu(Project("g")).view(2, -1)).view(1, 1, -1), Weight("o_proj.weight"));
        Assert.InRange(Variants.Distance(Expected(1e-5), actual), 0, 1e-5);
        Assert.InRange(Variants.Distance(Expected(1e-6), actual), 1e-3, double.MaxValue);
    }

    [Theory]
    [InlineData("512", "sliding_window is 512")]
    [InlineData("null", null)]
    public void A_window_that_lt2_would_use_is_not_read_as_full_attention(string window, string? refusal)
    {
        using var original = Foreign(Lt2Like(("normEpsilon", "1e-5")), Lt2Name, "params.json", Lt2.Replace("\"max_seqlen\":64", $"\"max_seqlen\":64,\"sliding_window\":{window}", StringComparison.Ordinal));
        if (refusal is null) ComputesTheSame(original, loopCount: 3);
        else Assert.Contains(refusal, Assert.Throws<ModelException>(() => ModelImporter.Import(folder, Out)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ouro_model_keeps_its_loops_norms_and_exit_gate()
    {
        var attention = Choice("full", ("rotary", "halves"), ("rotaryTheta", "1000000"));
        var definition = Sizes(16, 4, 24, tied: false, 1e-6, attention) with { LoopCount = 4, NormPlacement = NormPlacement.Sandwich, NormEveryLoop = true, ExitGate = true };
        using var original = Foreign(definition, name => name.StartsWith("exit_gate", StringComparison.Ordinal) ? "model.early_" + name : LlamaName(name), "config.json", """
            {"model_type":"ouro","hidden_size":16,"num_attention_heads":4,"num_key_value_heads":4,"num_hidden_layers":1,"intermediate_size":24,"vocab_size":19,"total_ut_steps":4,
             "max_position_embeddings":64,"rms_norm_eps":1e-6,"rope_theta":1000000.0,"tie_word_embeddings":false,"hidden_act":"silu","early_exit_threshold":1.0}
            """);
        ComputesTheSame(original, loopCount: 4);
    }

    [Fact]
    public void Every_tensor_that_finds_no_place_or_is_missing_is_named()
    {
        using var original = Foreign(LlamaLike(), name => name == "layers.1.mixer.q_proj.weight" ? "model.layers.1.self_attn.query.weight" : LlamaName(name), "config.json", Llama);
        var problems = Assert.Throws<ModelException>(() => ModelImporter.Import(folder, Out)).Problems;
        Assert.Contains(problems, p => p.Contains("'model.layers.1.self_attn.q_proj.weight' [16, 16] is missing", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("'model.layers.1.self_attn.query.weight' [16, 16] has no place in this model", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("\"rope_theta\":500000.0", "\"rope_theta\":500000.0,\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}", "rotations here are not scaled")]
    [InlineData("\"hidden_act\":\"silu\"", "\"hidden_act\":\"gelu\"", "hidden_act is 'gelu'")]
    [InlineData("\"hidden_act\":\"silu\"", "\"attention_bias\":true", "attention_bias is true")]
    [InlineData("\"hidden_act\":\"silu\"", "\"mystery\":1", "no argument 'mystery'")]
    [InlineData("\"model_type\":\"llama\"", "\"model_type\":\"gpt2\"", "model_type is 'gpt2'; known are llama")]
    [InlineData("\"model_type\":\"llama\"", "\"model_type\":\"rwkv7\"", "the channel mix here has sqrelu")]
    [InlineData("\"hidden_act\":\"silu\"", "\"rope_parameters\":{\"rope_type\":\"yarn\"}", "rope_parameters.rope_type is 'yarn'")]
    [InlineData("\"hidden_act\":\"silu\"", "\"layer_types\":[\"full_attention\"]", "for each of 2 layers")]
    [InlineData("\"num_hidden_layers\":2,", "", "'num_hidden_layers' is absent")]
    [InlineData("\"intermediate_size\":24", "\"intermediate_size\":32", "needs [32, 16]")]
    public void A_configuration_that_would_compute_something_else_is_refused(string old, string replacement, string expected)
    {
        using var original = Foreign(LlamaLike(), LlamaName, "config.json", Llama.Replace(old, replacement, StringComparison.Ordinal));
        Assert.Contains(expected, Assert.Throws<ModelException>(() => ModelImporter.Import(folder, Out)).Message, StringComparison.Ordinal);
    }

    /// <summary>Fields of newer versions of transformers: the rotation's base inside an object, a window in some layers only.</summary>
    [Theory]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":4,\"max_window_layers\":1")]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":4,\"layer_types\":[\"full_attention\",\"sliding_attention\"]")]
    public void A_window_in_the_later_layer_and_a_rotation_in_an_object_are_understood(string window)
    {
        var full = Choice("full", ("rotary", "halves"), ("rotaryTheta", "500000"), ("keyValueHeads", "2"));
        var windowed = Choice("window", ("rotary", "halves"), ("rotaryTheta", "500000"), ("keyValueHeads", "2"), ("window", "4"));
        using var original = Foreign(Sizes(16, 4, 24, tied: false, 1e-5, full, windowed), LlamaName, "config.json",
            Llama.Replace("\"rope_theta\":500000.0", "\"rope_parameters\":{\"rope_theta\":500000.0,\"rope_type\":\"default\"}," + window, StringComparison.Ordinal));
        ComputesTheSame(original);
    }

    [Fact]
    public void Weights_without_a_configuration_are_refused()
    {
        Safetensors.Write(Path.Combine(folder, "model.safetensors"), []);
        Assert.Contains("the model's sizes are unknown", Assert.Throws<ModelException>(() => ModelImporter.Import(folder, Out)).Message, StringComparison.Ordinal);
    }
}
