using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution;

/// <summary>The tokenizer that a checkpoint was trained with.</summary>
public static class CheckpointTokenizer
{
    /// <summary>What a checkpoint trained on a suite's own ids says instead of a tokenizer.</summary>
    public const string None = "none";

    /// <summary>Opens the tokenizer that the checkpoint names: <c>byte</c>, one of <see cref="TokenizerCatalogue"/>, or a file in its folder.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="metadata">What it says of itself.</param>
    /// <param name="data">Where vocabularies lie.</param>
    /// <exception cref="PlanException">It reads no text, or its tokenizer has ids that the model lacks.</exception>
    /// <exception cref="TaskException">The tokenizer is unknown, missing or of a kind that is not read.</exception>
    public static ITokenizer Open(string folder, CheckpointMetadata metadata, IDataLocator data)
    {
        if (metadata.Tokenizer == None)
        {
            throw new PlanException($"The checkpoint '{folder}' was trained on the ids of a generated suite and has no tokenizer, so it cannot read text. Score it with --suite.");
        }

        var tokenizer = TokenizerCatalogue.Load(OwnFile(folder, metadata) ?? metadata.Tokenizer, data);
        return tokenizer.VocabularySize <= metadata.Definition.VocabularySize ? tokenizer : throw new PlanException(TooManyIds(folder, metadata, tokenizer.VocabularySize));
    }

    /// <summary>Number of ids of the tokenizer that the checkpoint names, known for catalogue names without their data.</summary>
    /// <exception cref="TaskException">It is unknown, missing or of a kind that is not read.</exception>
    public static int VocabularySize(string folder, CheckpointMetadata metadata) => OwnFile(folder, metadata) is { } file
        ? TokenizerCatalogue.LoadFile(file).VocabularySize
        : TokenizerCatalogue.VocabularySizeOf(metadata.Tokenizer) ?? TokenizerCatalogue.LoadFile(metadata.Tokenizer).VocabularySize;

    /// <summary>What is said where a tokenizer has ids that the model lacks.</summary>
    public static string TooManyIds(string folder, CheckpointMetadata metadata, int tokenizerIds) =>
        $"The tokenizer '{metadata.Tokenizer}' of the checkpoint '{folder}' has {tokenizerIds} ids, but the model knows {metadata.Definition.VocabularySize}: "
        + "they do not belong together. Put the tokenizer file that the model was trained with into the folder.";

    private static string? OwnFile(string folder, CheckpointMetadata metadata)
    {
        var file = Path.Combine(folder, metadata.Tokenizer);
        return Path.HasExtension(metadata.Tokenizer) || File.Exists(file) ? file : null;
    }
}
