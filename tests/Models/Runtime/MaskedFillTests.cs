using LT2.Eval.Models.Runtime;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Runtime;

public sealed class MaskedFillTests
{
    /// <summary>Hundreds of long fills beside a thread that only collects: a number freed early fails some of them.</summary>
    [Fact]
    public void A_fill_survives_collections_of_other_threads()
    {
        using var end = new CancellationTokenSource();
        var collector = new Thread(() => CollectUntil(end.Token));
        collector.Start();
        try
        {
            using var scope = NewDisposeScope();
            var rows = ones(256, 512).unsqueeze(0).expand(8, 256, 512);
            var mask = eye(256, 512, ScalarType.Bool);
            for (var call = 0; call < 200; call++)
            {
                using var inner = NewDisposeScope();
                Assert.Equal(8 * 256 * 511, rows.FillWhere(mask, 0).sum().item<float>());
            }
        }
        finally
        {
            end.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void Whole_numbers_and_infinities_fill_tensors_of_either_kind()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new[] { true, false });
        Assert.Equal([long.MaxValue, 7], tensor(new[] { 3L, 7L }).FillWhere(mask, long.MaxValue).data<long>().ToArray());
        Assert.Equal([float.NegativeInfinity, 7], tensor(new[] { 3f, 7f }).FillWhere(mask, double.NegativeInfinity).data<float>().ToArray());
    }

    private static void CollectUntil(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            GC.WaitForPendingFinalizers();
        }
    }
}
