using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Generators;

/// <summary>A sequence in the making.</summary>
/// <param name="length">Number of tokens.</param>
public sealed class SequenceDraft(int length)
{
    /// <summary>What the model reads.</summary>
    public int[] InputIds { get; } = new int[length];

    /// <summary>What it must answer at each index; no label unless set.</summary>
    public int[] Labels { get; } = [.. Enumerable.Repeat(TokenSample.NoLabel, length)];

    /// <summary>Subsets the sample belongs to.</summary>
    public List<string> Slices { get; } = [];

    /// <summary>Labels every index with the token that follows it: plain language-model training.</summary>
    /// <param name="first">Indices before this stay without a label.</param>
    public void LabelNextTokens(int first = 0)
    {
        Labels[^1] = TokenSample.NoLabel;
        for (int i = first; i < InputIds.Length - 1; i++) Labels[i] = InputIds[i + 1];
    }
}
