using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>A byte model of Ouro's architecture with random weights, for verbs that only need one.</summary>
internal static class TinyText
{
    public static string Checkpoint(string folder)
    {
        var path = Path.Combine(folder, "random");
        var definition = VariantCatalogue.Load().Resolve("ouro-hybrid@micro").WithVocabulary(new Tasks.Tokenization.ByteTokenizer().VocabularySize);
        using var model = LoopedModel.Create(definition, 3, ComputeDevice.Cpu);
        CheckpointFolder.Write(path, model, new CheckpointMetadata { Definition = definition, Tokenizer = "byte", MaximumLength = 64 });
        return path;
    }
}
