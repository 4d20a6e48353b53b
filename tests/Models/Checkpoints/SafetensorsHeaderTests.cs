using LT2.Eval.Models.Checkpoints;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Checkpoints;

public sealed class SafetensorsHeaderTests
{
    [Fact]
    public void A_header_of_any_length_is_read_even_when_its_first_byte_is_that_of_a_pickle()
    {
        var folder = Directory.CreateTempSubdirectory("lt2-safetensors-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.safetensors");
            for (var length = 1; length <= 300; length++)
            {
                using var tensor = ones(1);
                Safetensors.Write(path, [(new string('w', length), tensor)]);
                Assert.Single(Safetensors.Read(path).Names);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Each names the file and the tensor, whatever is wrong with its line.</summary>
    [Theory]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,4]}}""", "'w'", "shape")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1]}}""", "'w'", "data_offsets")]
    [InlineData("""{"w":{"shape":[1],"data_offsets":[0,4]}}""", "'w'", "dtype")]
    [InlineData("""{"w":null}""", "'w'", "null")]
    [InlineData("""{"w":{"dtype":"F32","shape":[null],"data_offsets":[0,4]}}""", "'w'", "shape")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "'w'", "4294967296")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", "'w'", "-1")]
    [InlineData("""{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "'w'", "'v'")]
    [InlineData("""{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[1],"data_offsets":[6,7]}}""", "'w'", "byte 4")]
    [InlineData("""{"__metadata__":null,"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "__metadata__", "null")]
    public void A_damaged_header_is_refused_with_its_file_and_tensor(string header, string tensor, string what)
    {
        var folder = Directory.CreateTempSubdirectory("lt2-safetensors-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.safetensors");
            var json = System.Text.Encoding.UTF8.GetBytes(header);
            File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[8]]);
            var problem = Assert.Single(Assert.Throws<ModelException>(() => Safetensors.Read(path)).Problems);
            Assert.All((string[])[path, tensor, what], part => Assert.Contains(part, problem, StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
