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
}
