using LT2.Eval.Models.Definitions;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Plans;

/// <summary>A cell that leaves a checkpoint folder which others score.</summary>
public abstract class CheckpointCell : CellDefinition, ICheckpointSource
{
    /// <summary>The model whose weights it leaves.</summary>
    public abstract override ModelDefinition Model { get; }

    /// <summary>Compute dtype.</summary>
    public abstract string Dtype { get; }

    /// <summary>Hash of how the weights came to be: part of every series key.</summary>
    public abstract string RecipeHash { get; }

    /// <summary>The case whose data it reads.</summary>
    public abstract ICase TrainingCase { get; }

    /// <summary>Samples of the validation split scored at the end.</summary>
    public abstract int ValidationSamples { get; }

    /// <summary>Tokens of text that are scored at once; null for as many as the checkpoint was made for.</summary>
    public virtual int? ScoredLength => null;

    /// <inheritdoc />
    public string FolderIn(string checkpointRoot) => Path.Combine(checkpointRoot, Id);

    /// <summary>Rows a training batch, as records write it.</summary>
    public abstract int TrainingBatchSize { get; }
}
