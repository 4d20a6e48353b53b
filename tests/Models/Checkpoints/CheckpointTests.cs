using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Training;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("lt2-models-").FullName;

    public static TheoryData<string> Names => Variants.Names;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Weights => Path.Combine(folder, "model.safetensors");

    CheckpointMetadata Write(string name)
    {
        using var model = Variants.Create(name, type: torch.ScalarType.Float32);
        return CheckpointFolder.Write(folder, model, new CheckpointMetadata
        {
            Definition = model.Definition, Tokenizer = "byte", MaximumLength = 64, Seed = 1, Recipe = new TrainingRecipe(), StepsDone = 5,
            SpecialTokenIds = new Dictionary<string, int> { ["endOfText"] = 0 }, Hashes = new Dictionary<string, string> { ["data"] = "abc" },
        });
    }

    string Problem() => Assert.Throws<ModelException>(() => CheckpointFolder.Load(folder, ComputeDevice.Cpu).Dispose()).Message;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_loaded_checkpoint_computes_what_the_written_model_did(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var original = Variants.Create(name, type: torch.ScalarType.Float32);
        Write(name);
        using var loaded = CheckpointFolder.Load(folder, ComputeDevice.Cpu);
        var ids = Variants.Ids(1, 20);
        Assert.Equal(0, Variants.Distance(original.ForwardReadouts(ids, [3])[0], loaded.ForwardReadouts(ids, [3])[0]));
        Assert.Equal(original.Definition.ToCanonicalJson(), loaded.Definition.ToCanonicalJson());
    }

    [Fact]
    public void Metadata_comes_back_as_it_was_written()
    {
        var written = Write("lt2-gdn");
        var read = CheckpointFolder.ReadMetadata(folder);
        Assert.Equal(("byte", 64, 1L, 5, 3), (read.Tokenizer, read.MaximumLength, read.Seed!.Value, read.StepsDone, read.TrainedLoopCount));
        Assert.Equal(0, read.SpecialTokenIds["endOfText"]);
        Assert.Equal(written.Hashes["weights"], read.Hashes["weights"]);
        Assert.Equal("abc", read.Hashes["data"]);
        Assert.Equal(TrainingCode.Version, read.TrainingCodeVersion);
    }

    [Fact]
    public void Truncated_weights_are_named_with_the_advice_to_copy_again()
    {
        Write("lt2-gdn");
        using (var file = File.OpenWrite(Weights)) file.SetLength(file.Length - 100);
        Assert.Contains("was cut off. Copy or download it again", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_cut_off_is_an_error()
    {
        Write("lt2-gdn");
        using (var file = File.OpenWrite(Weights)) file.SetLength(40);
        Assert.Contains("claims a header of", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_is_noticed()
    {
        Write("lt2-gdn");
        using (var file = new FileStream(Weights, FileMode.Open))
        {
            file.Position = file.Length - 1;
            var old = file.ReadByte();
            file.Position = file.Length - 1;
            file.WriteByte((byte)(old ^ 1));
        }
        Assert.Contains("SHA-256 differs", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_misshapen_and_unknown_tensors_are_all_named()
    {
        Write("lt2-gdn");
        using var scope = torch.NewDisposeScope();
        var archive = Safetensors.Read(Weights);
        var tensors = archive.Names.Where(name => name != "norm.weight").Select(name => (name, archive.Load(name))).ToList();
        var shape = tensors.FindIndex(pair => pair.name == "lm_head.weight");
        tensors[shape] = ("lm_head.weight", torch.zeros(3, 3));
        tensors.Add(("stranger", torch.zeros(1)));
        Safetensors.Write(Weights, tensors);
        var problem = Problem();
        Assert.Contains("'norm.weight' [32] is missing", problem, StringComparison.Ordinal);
        Assert.Contains("'lm_head.weight' is [3, 3]; the model needs [19, 32]", problem, StringComparison.Ordinal);
        Assert.Contains("'stranger' belongs to no part", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "PK\u0003\u0004 a zip with a pickle inside")]
    [InlineData("model.safetensors", "\u0080\u0002}q\u0001.")]
    [InlineData("model.safetensors", "PK\u0003\u0004 renamed")]
    public void Pickles_are_refused(string file, string content)
    {
        File.WriteAllBytes(Path.Combine(folder, file), [.. content.Select(c => (byte)c)]);
        Assert.Contains("Pickles can run code", Assert.Throws<ModelException>(() => Safetensors.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unfinished_folder_is_no_checkpoint()
    {
        Write("lt2-gdn");
        File.Delete(Path.Combine(folder, "checkpoint.json"));
        Assert.Contains("checkpoint.json missing", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(torch.ScalarType.Float64)]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.Float16)]
    [InlineData(torch.ScalarType.BFloat16)]
    [InlineData(torch.ScalarType.Int64)]
    [InlineData(torch.ScalarType.Int32)]
    [InlineData(torch.ScalarType.Byte)]
    [InlineData(torch.ScalarType.Bool)]
    public void Every_element_type_comes_back(torch.ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.tensor(new[] { 0f, 1f, 1f, 0f, 1f, 0f }).view(2, 3).to(type);
        Safetensors.Write(Weights, [("x", tensor), ("scalar", torch.tensor(1f).to(type))]);
        var archive = Safetensors.Read(Weights);
        Assert.True(archive.Load("x").equal(tensor).all().item<bool>());
        Assert.Empty(archive.Info("scalar").Shape);
    }

    [Fact]
    public void Shards_are_read_through_their_index_and_a_lost_tensor_is_named()
    {
        using var scope = torch.NewDisposeScope();
        Safetensors.Write(Path.Combine(folder, "a.safetensors"), [("x", torch.ones(2))]);
        Safetensors.Write(Path.Combine(folder, "b.safetensors"), [("y", torch.zeros(2))]);
        var index = Path.Combine(folder, "model.safetensors.index.json");
        File.WriteAllText(index, """{"weight_map":{"x":"a.safetensors","y":"b.safetensors"}}""");
        Assert.Equal(["x", "y"], Safetensors.Read(folder).Names);
        File.WriteAllText(index, """{"weight_map":{"x":"a.safetensors","z":"b.safetensors"}}""");
        Assert.Contains("'z' is listed in b.safetensors, but is not there", Assert.Throws<ModelException>(() => Safetensors.Read(folder)).Message, StringComparison.Ordinal);
    }
}
