using LT2.Eval.Models.Training;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Training;

/// <summary>Random tokens, a marker, and the same tokens again: the second half is asked for. A pure function of the step.</summary>
internal sealed class CopyTask(int batch = 16, int half = 6, int vocabulary = 19) : ITokenBatchSource
{
    public int Requests { get; private set; }

    public TokenBatch GetBatch(int step)
    {
        Requests++;
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator((ulong)step + 1, torch.CPU);
        var word = torch.randint(vocabulary - 1, [batch, half], dtype: torch.ScalarType.Int64, generator: generator);
        var marker = torch.full([batch, 1], vocabulary - 1, torch.ScalarType.Int64);
        var ids = torch.cat([word, marker, word.narrow(1, 0, half - 1)], 1);
        var labels = torch.cat([torch.full([batch, half], TokenBatch.NoLabel, torch.ScalarType.Int64), word], 1);
        return new TokenBatch(ids.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }
}
