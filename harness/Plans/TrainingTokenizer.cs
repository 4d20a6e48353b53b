using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Plans;

/// <summary>The tokenizer that text is trained on, where it is not read as bytes.</summary>
/// <param name="NameOrPath">A name of <see cref="TokenizerCatalogue"/>, or the path of a <c>tokenizer.json</c>, from the current folder.</param>
/// <param name="VocabularySize">Ids that the model needs.</param>
/// <param name="ContentHash">Hash of the file or of the vocabulary's data set; null while the data set is not on this machine.</param>
public sealed record TrainingTokenizer(string NameOrPath, int VocabularySize, string? ContentHash)
{
    /// <summary>What a checkpoint calls a tokenizer file that lies in its folder.</summary>
    public const string FileInCheckpoint = "tokenizer.json";

    /// <summary>Whether it is a file of the user's, which goes into the checkpoint's folder.</summary>
    public bool IsFile => !TokenizerCatalogue.Names.Contains(NameOrPath);

    /// <summary>What a checkpoint calls it.</summary>
    public string NameInCheckpoint => IsFile ? FileInCheckpoint : NameOrPath;

    /// <summary>Finds out what a name or path stands for. Needs no vocabulary data for names.</summary>
    /// <param name="nameOrPath">As a plan or option has it; null or <c>byte</c> for bytes.</param>
    /// <param name="datasetHash">Content hash of a data set by id; null while it is not on this machine.</param>
    /// <returns>Null for bytes.</returns>
    /// <exception cref="Tasks.Contracts.TaskException">Unknown name, missing or unreadable file.</exception>
    public static TrainingTokenizer? Resolve(string? nameOrPath, Func<string, string?> datasetHash)
    {
        if (nameOrPath is null or "byte")
        {
            return null;
        }

        return TokenizerCatalogue.VocabularySizeOf(nameOrPath) is { } size
            ? new TrainingTokenizer(nameOrPath, size, TokenizerCatalogue.DatasetOf(nameOrPath) is { } id ? datasetHash(id) : null)
            : new TrainingTokenizer(nameOrPath, TokenizerCatalogue.LoadFile(nameOrPath).VocabularySize, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(nameOrPath))));
    }

    /// <summary>The fields that identify it: a file by its content, wherever it lies.</summary>
    public JsonObject Describe() => new() { ["name"] = NameInCheckpoint, ["vocabularySize"] = VocabularySize, ["contentHash"] = ContentHash };
}
