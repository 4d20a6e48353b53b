using LT2.Eval.Models.Definitions;

namespace LT2.Eval.Harness.Plans;

/// <summary>Where a score cell's weights come from: another cell of the plan, or a folder that is there already.</summary>
public interface ICheckpointSource
{
    /// <summary>Identifies it: part of the score cell's own identity.</summary>
    string Id { get; }

    /// <summary>The model whose weights it has.</summary>
    ModelDefinition? Model { get; }

    /// <summary>Compute dtype.</summary>
    string Dtype { get; }

    /// <summary>Hash of how the weights came to be: part of every series key.</summary>
    string RecipeHash { get; }

    /// <summary>Training seed; null where none is known.</summary>
    long? Seed { get; }

    /// <summary>Tokens of text that are scored at once; null for as many as the checkpoint was made for.</summary>
    int? ScoredLength { get; }

    /// <summary>The checkpoint's folder.</summary>
    /// <param name="checkpointRoot">Where the run's cells leave theirs.</param>
    string FolderIn(string checkpointRoot);
}
