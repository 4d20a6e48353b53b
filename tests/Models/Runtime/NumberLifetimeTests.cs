using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Runtime;

/// <summary>Numbers given to libtorch live as long as the call (Directory.Build.targets says why they would not).</summary>
public sealed class NumberLifetimeTests
{
    /// <summary>Three hundred long calls (the binding's own methods are optimised after some thirty) beside a thread that only collects: a number freed early fails some of them.</summary>
    [Fact]
    public void A_call_survives_collections_of_other_threads()
    {
        using var end = new CancellationTokenSource();
        var collector = new Thread(() => CollectUntil(end.Token));
        collector.Start();
        try
        {
            using var scope = NewDisposeScope();
            var rows = ones(256, 512).unsqueeze(0).expand(8, 256, 512);
            var row = ones(512);
            var mask = eye(256, 512, ScalarType.Bool);
            for (var call = 0; call < 300; call++)
            {
                using var inner = NewDisposeScope();
                Assert.Equal(8 * 256 * 511, Filled(rows, mask).sum().item<float>());
                Assert.Equal(4 * 512, Combined(row).sum().item<float>());
            }
        }
        finally
        {
            end.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void The_binding_beside_the_program_is_the_marked_one() =>
        Assert.True(typeof(Scalar).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled);

    // Optimised callers from the first call: an unoptimised one would keep the number itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Tensor Filled(Tensor rows, Tensor mask) => rows.masked_fill(mask, 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Tensor Combined(Tensor row) => addcmul(row, row, row, 2) + row;

    private static void CollectUntil(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            GC.WaitForPendingFinalizers();
        }
    }
}
