using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Conversion;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Conversion;

/// <summary>Ouro's published layout, out and in again, and what damaged files are told.</summary>
public sealed class OuroExchangeTests : IDisposable
{
    const long ShardBytes = 20_000;

    readonly string folder = Directory.CreateTempSubdirectory("lt2-models-").FullName;

    string Published => Path.Combine(folder, "published");

    string Imported => Path.Combine(folder, "imported");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Checkpoint(string variant, torch.ScalarType type = torch.ScalarType.BFloat16)
    {
        var path = Path.Combine(folder, variant);
        using var model = Variants.Create(variant, 4, type);
        CheckpointFolder.Write(path, model, new CheckpointMetadata { Definition = model.Definition, Tokenizer = "byte", MaximumLength = 64 });
        return path;
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ShardBytes)]
    public void A_model_written_as_ouro_comes_back_bit_for_bit(long? shardBytes)
    {
        var checkpoint = Checkpoint("ouro");
        OuroExporter.Export(checkpoint, Published, shardBytes);
        ModelImporter.Import(Published, Imported);
        Assert.Equal(shardBytes is null, File.Exists(Path.Combine(Published, "model.safetensors")));
        using var before = CheckpointFolder.Load(checkpoint, ComputeDevice.Cpu, torch.ScalarType.BFloat16);
        using var after = CheckpointFolder.Load(Imported, ComputeDevice.Cpu, torch.ScalarType.BFloat16);
        using var scope = torch.NewDisposeScope();
        Assert.All(before.Parameters.Names, name => Assert.Equal(0, Variants.Distance(before.Parameters.View(name), after.Parameters.View(name))));
        Assert.Equal(4, after.Definition.LoopCount);
        Assert.Equal(before.Definition.Slots[0][0].Options["rotaryTheta"], after.Definition.Slots[0][0].Options["rotaryTheta"]);
    }

    /// <summary>The length it was trained to read, which may be less than its variant could: beyond it a model is scored on windows that it never saw.</summary>
    [Fact]
    public void A_model_comes_back_with_the_length_that_it_reads()
    {
        const int Length = 48;
        var checkpoint = Path.Combine(folder, "short");
        using (var model = Variants.Create("ouro", 4))
        {
            Assert.True(model.Definition.MaximumLength > Length);
            CheckpointFolder.Write(checkpoint, model, new CheckpointMetadata { Definition = model.Definition, Tokenizer = "byte", MaximumLength = Length });
        }
        OuroExporter.Export(checkpoint, Published);
        ModelImporter.Import(Published, Imported);
        Assert.Equal(Length, CheckpointFolder.ReadMetadata(Imported).MaximumLength);
    }

    [Fact]
    public void Published_names_and_sizes_are_those_of_ouro()
    {
        OuroExporter.Export(Checkpoint("ouro"), Published);
        var archive = Safetensors.Read(Published);
        string[] expected =
        [
            "lm_head.weight", "model.early_exit_gate.bias", "model.early_exit_gate.weight", "model.embed_tokens.weight", "model.layers.0.input_layernorm.weight", "model.layers.0.input_layernorm_2.weight",
            "model.layers.0.mlp.down_proj.weight", "model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight", "model.layers.0.post_attention_layernorm.weight",
            "model.layers.0.post_attention_layernorm_2.weight", "model.layers.0.self_attn.k_proj.weight", "model.layers.0.self_attn.o_proj.weight", "model.layers.0.self_attn.q_proj.weight",
            "model.layers.0.self_attn.v_proj.weight", "model.norm.weight",
        ];
        Assert.Equal(expected, archive.Names);
        Assert.All(archive.Names, name => Assert.Equal(torch.ScalarType.BFloat16, archive.Info(name).Type));
    }

    /// <summary>The published counts of both models.</summary>
    [Theory]
    [InlineData("ouro@ouro-1.4b", 1_434_652_673)]
    [InlineData("ouro@ouro-2.6b", 2_667_974_657)]
    public void The_published_sizes_are_described(string id, long parameters) => Assert.Equal(parameters, ModelShape.ParameterCount(Variants.Catalogue.Resolve(id)));

    /// <summary>The fields of the published config.json.</summary>
    [Fact]
    public void The_published_configuration_is_understood()
    {
        var layers = string.Join(',', Enumerable.Repeat("\"full_attention\"", 24));
        var json = System.Text.Json.JsonDocument.Parse($$"""
            {"architectures":["OuroForCausalLM"],"attention_dropout":0.0,"auto_map":{"AutoConfig":"configuration_ouro.OuroConfig"},"bos_token_id":0,"eos_token_id":0,"pad_token_id":null,"head_dim":128,
             "hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,"intermediate_size":5632,"layer_types":[{{layers}}],"max_position_embeddings":65536,"max_window_layers":24,"model_type":"ouro",
             "num_attention_heads":16,"num_hidden_layers":24,"num_key_value_heads":16,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":1000000.0,"sliding_window":null,"tie_word_embeddings":false,
             "torch_dtype":"bfloat16","total_ut_steps":4,"early_exit_threshold":1.0,"transformers_version":"4.54.1","use_cache":true,"use_sliding_window":false,"vocab_size":49152}
            """).RootElement;
        var definition = LlamaFamily.Plan("Ouro-1.4B", "ouro", json)!.Definition;
        Assert.Equal(1_434_652_673, ModelShape.ParameterCount(definition));
        Assert.Equal(ModelShape.CacheBytesPerToken(Variants.Catalogue.Resolve("ouro@ouro-1.4b")), ModelShape.CacheBytesPerToken(definition));
    }

    [Fact]
    public void Ouro_keeps_768_KiB_a_token_in_bfloat16() => Assert.Equal(768 * 1024, ModelShape.CacheBytesPerToken(Variants.Catalogue.Resolve("ouro@ouro-1.4b"), 2));

    [Fact]
    public void Random_weights_are_those_of_the_seed()
    {
        var definition = Variants.Small("ouro", 4);
        OuroExporter.ExportRandom(definition, 5, torch.ScalarType.Float32, Published);
        ModelImporter.Import(Published, Imported);
        using var expected = LoopedModel.Create(definition, 5, ComputeDevice.Cpu);
        using var actual = CheckpointFolder.Load(Imported, ComputeDevice.Cpu);
        Assert.Equal(0, Variants.Distance(expected.Parameters.Flat, actual.Parameters.Flat));
    }

    [Fact]
    public void What_ouros_format_cannot_say_is_refused_with_every_reason()
    {
        var problems = Assert.Throws<ModelException>(() => OuroExporter.Export(Checkpoint("lt2-hybrid-full-gdn"), Published)).Problems;
        Assert.Contains(problems, p => p.Contains("no sandwich norms", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("no exit gate", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("layer 0 has the mixer gdn", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Published));
    }

    void Refused(params string[] expected)
    {
        var message = Assert.Throws<ModelException>(() => ModelImporter.Import(Published, Imported)).Message;
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Imported));
    }

    [Fact]
    public void A_truncated_shard_is_named_with_its_tensor()
    {
        OuroExporter.Export(Checkpoint("ouro"), Published, ShardBytes);
        var shard = Directory.GetFiles(Published, "model-*.safetensors").Order(StringComparer.Ordinal).Last();
        var last = Safetensors.Read(shard).Names.MaxBy(name => Safetensors.Read(shard).Info(name).Start)!;
        using (var file = new FileStream(shard, FileMode.Open)) file.SetLength(file.Length - 10);
        Refused(Path.GetFileName(shard), last, "cut off");
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        OuroExporter.Export(Checkpoint("ouro"), Published, ShardBytes);
        var shard = Directory.GetFiles(Published, "model-*.safetensors").Order(StringComparer.Ordinal).First();
        File.Delete(shard);
        Refused(Path.GetFileName(shard));
    }

    [Fact]
    public void A_missing_tensor_and_a_wrong_shape_are_named_with_the_file()
    {
        OuroExporter.Export(Checkpoint("ouro"), Published);
        var archive = Safetensors.Read(Published);
        using (torch.NewDisposeScope())
            Safetensors.Write(Path.Combine(folder, "changed.safetensors"), [.. archive.Names.Where(name => name != "model.early_exit_gate.bias")
                .Select(name => (name, name.EndsWith("k_proj.weight", StringComparison.Ordinal) ? archive.Load(name).narrow(0, 0, 8) : archive.Load(name)))]);
        File.Move(Path.Combine(folder, "changed.safetensors"), Path.Combine(Published, "model.safetensors"), overwrite: true);
        Refused(Published, "'model.early_exit_gate.bias' [1] is missing", "'model.layers.0.self_attn.k_proj.weight' is [8, 32]", "needs [32, 32]");
    }

    [Fact]
    public void A_pickle_is_refused_by_name()
    {
        OuroExporter.Export(Checkpoint("ouro"), Published);
        File.Delete(Path.Combine(Published, "model.safetensors"));
        File.WriteAllBytes(Path.Combine(Published, "pytorch_model.bin"), [0x80, 2, 0x7d]);
        Refused("pytorch_model.bin", "pickle");
    }
}
