using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Execution.Batching;

/// <summary>One row that answers a likelihood request, or one window of it.</summary>
/// <param name="RequestIndex">Which request.</param>
/// <param name="Order">Which window of the request, from 0.</param>
/// <param name="InputIds">What the model reads.</param>
/// <param name="TargetIds">The ids scored: predicted at the last <c>TargetIds.Count</c> positions.</param>
public sealed record RequestWindow(int RequestIndex, int Order, IReadOnlyList<int> InputIds, IReadOnlyList<int> TargetIds)
{
    /// <summary>The window as a labelled row.</summary>
    public TokenSample ToSample()
    {
        var labels = new int[InputIds.Count];
        Array.Fill(labels, TokenSample.NoLabel);
        for (var i = 0; i < TargetIds.Count; i++)
        {
            labels[InputIds.Count - TargetIds.Count + i] = TargetIds[i];
        }

        return new TokenSample($"{RequestIndex}.{Order}", [.. InputIds], [.. labels], null, []);
    }
}
