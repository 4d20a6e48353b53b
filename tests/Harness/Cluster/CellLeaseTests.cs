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

    [Fact]
    public void A_living_lease_that_cannot_be_read_just_now_is_not_taken()
    {
        var living = LeaseHolder.Mine("me").ToText();
        File.WriteAllText(LeasePath, living);
        using (Unreadable())
        {
            using var cancellation = new CancellationTokenSource(100);
            Assert.ThrowsAny<OperationCanceledException>(() => CellLease.Take(LeasePath, "other", TimeSpan.FromHours(1), TimeProvider.System, cancellation.Token));
        }

        Assert.Equal(living, File.ReadAllText(LeasePath));
    }

    [Fact]
    public void A_lease_that_stays_unreadable_is_not_taken_either()
    {
        File.WriteAllText(LeasePath, LeaseHolder.Mine("me").ToText());
        using var unreadable = Unreadable();
        Assert.ThrowsAny<IOException>(() => CellLease.Take(LeasePath, "other", Patience, TimeProvider.System, CancellationToken.None));
    }

    [Fact]
    public async Task A_holder_that_cannot_read_its_lease_just_now_asks_again()
    {
        using var lease = CellLease.Take(LeasePath, "me", TimeSpan.FromMinutes(1), TimeProvider.System, CancellationToken.None);
        Task asks;
        using (Unreadable())
        {
            asks = Task.Run(lease.EnsureHeld, TestContext.Current.CancellationToken);
            await Task.WhenAny(asks, Task.Delay(100, TestContext.Current.CancellationToken));
            Assert.False(asks.IsCompleted);
        }

        await asks;
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public void A_beat_that_cannot_read_the_lease_is_made_up_for()
    {
        using var lease = CellLease.Take(LeasePath, "me", Patience, TimeProvider.System, CancellationToken.None);
        Assert.True(SpinWait.SpinUntil(IsUnreadableForSomeBeats, TimeSpan.FromSeconds(30)), "The lease was never unreadable during a beat.");

        Assert.False(lease.Lost.IsCancellationRequested);
        GoesOn(lease);

        bool IsUnreadableForSomeBeats()
        {
            using var unreadable = TryUnreadable();
            Thread.Sleep(Patience / 2);
            return unreadable is not null && !CanRead(); // a beat that was under way may have put another file here
        }
    }

    [Fact]
    public void A_beat_that_may_not_write_is_made_up_for()
    {
        using var lease = CellLease.Take(LeasePath, "me", Patience, TimeProvider.System, CancellationToken.None);
        var inTheWay = Directory.CreateDirectory(LeasePath + ".me.new");
        Thread.Sleep(Patience / 2);
        inTheWay.Delete();

        GoesOn(lease);
    }

    private void GoesOn(CellLease lease)
    {
        var before = LeaseHolder.Read(LeasePath)!.Beat;
        Assert.True(SpinWait.SpinUntil(() => LeaseHolder.Read(LeasePath)?.Beat > before, TimeSpan.FromSeconds(30)), "There was no further beat.");
        lease.EnsureHeld();
    }

    /// <summary>Reads of the lease fail until this is disposed of.</summary>
    private FileStream Unreadable() => TryUnreadable() ?? throw new IOException("The lease is being read.");

    private FileStream? TryUnreadable()
    {
        try
        {
            return new(LeasePath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private bool CanRead()
    {
        try
        {
            File.ReadAllText(LeasePath);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
