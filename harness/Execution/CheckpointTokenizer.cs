using LT2.Eval.Harness.Plans;
using LT2.Eval.Models.Checkpoints;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution;

/// <summary>The tokenizer that a checkpoint was trained with.</summary>
public static class CheckpointTokenizer
{
    /// <summary>What a checkpoint trained on a suite's own ids says instead of a tokenizer.</summary>
    public const string None = "none";

    /// <summary>Opens it.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="metadata">What it says of itself.</param>
    /// <exception cref="PlanException">It reads no text, or its tokenizer is unknown.</exception>
    public static ITokenizer Open(string folder, CheckpointMetadata metadata) => metadata.Tokenizer switch
    {
        "byte" => new ByteTokenizer(),
        None => throw new PlanException($"The checkpoint '{folder}' was trained on the ids of a generated suite and has no tokenizer, so it cannot read text. Score it with --suite."),
        var file when File.Exists(Path.Combine(folder, file)) => TokenizerCatalogue.Load(Path.Combine(folder, file), DataFolder.Resolve(null)),
        var other => throw new PlanException($"The checkpoint '{folder}' names the tokenizer '{other}', which is neither built in nor a file in it."),
    };
}
