using LT2.Eval.Harness.Cluster.Attempts;

namespace LT2.Eval.Harness.Tests.Cluster;

public sealed class CellLeaseTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private readonly string folder = Directory.CreateTempSubdirectory("lt2-lease-").FullName;

    private string LeasePath => Path.Combine(folder, "cell.lease");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_live_lease_is_waited_for()
    {
        var first = CellLease.Take(LeasePath, "first", Patience, TimeProvider.System, CancellationToken.None);
        var second = Task.Run(() => CellLease.Take(LeasePath, "second", Patience, TimeProvider.System, CancellationToken.None));
        await Task.Delay(3 * Patience, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted); // three times its patience, but the holder lives
        first.EnsureHeld();
        first.Dispose();
        using var held = await second;
        held.EnsureHeld();
    }

    [Fact]
    public void A_silent_holder_on_another_machine_is_replaced_and_notices()
    {
        File.WriteAllText(LeasePath, "orphan\nanother-machine\n1\n1\n7\n");
        using var lease = CellLease.Take(LeasePath, "repeat", Patience, TimeProvider.System, CancellationToken.None);
        lease.EnsureHeld();
        File.WriteAllText(LeasePath, "third\nanother-machine\n1\n1\n1\n");
        Assert.Throws<LeaseLostException>(lease.EnsureHeld);
        Assert.True(lease.Lost.WaitHandle.WaitOne(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_dead_process_of_this_machine_is_replaced_at_once()
    {
        var dead = LeaseHolder.Mine("dead") with { ProcessStart = "1" };
        File.WriteAllText(LeasePath, dead.ToText());
        using var lease = CellLease.Take(LeasePath, "next", TimeSpan.FromHours(1), TimeProvider.System, CancellationToken.None);
        lease.EnsureHeld();
    }

    [Fact]
    public void Waiting_ends_when_it_is_cancelled()
    {
        File.WriteAllText(LeasePath, LeaseHolder.Mine("me").ToText());
        using var cancellation = new CancellationTokenSource(100);
        Assert.ThrowsAny<OperationCanceledException>(() => CellLease.Take(LeasePath, "other", TimeSpan.FromHours(1), TimeProvider.System, cancellation.Token));
    }
}
