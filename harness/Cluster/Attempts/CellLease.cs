namespace LT2.Eval.Harness.Cluster.Attempts;

/// <summary>
/// The right to carry out a cell, a file beside the results that its holder rewrites again and again. An attempt that finds a silent lease takes it over; the former
/// holder notices at its next beat, or before it publishes anything, and gives up. No clocks are compared: each waits by its own.
/// </summary>
internal sealed class CellLease : IDisposable
{
    /// <summary>A lease that was not renewed for so long is taken over.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(60);

    private readonly string path;
    private readonly LeaseHolder mine;
    private readonly CancellationTokenSource lost = new();
    private readonly Timer timer;
    private readonly Lock gate = new();
    private long beat;

    private CellLease(string path, LeaseHolder mine, TimeSpan patience)
    {
        (this.path, this.mine) = (path, mine);
        Put();
        timer = new Timer(_ => Beat(), null, patience / 6, patience / 6);
    }

    /// <summary>Cancelled when another attempt has taken over.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Waits for the lease and takes it.</summary>
    /// <param name="path">The lease's file.</param>
    /// <param name="attempt">Who asks.</param>
    /// <param name="patience">How long a holder may be silent.</param>
    /// <param name="clock">Source of time.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static CellLease Take(string path, string attempt, TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        LeaseHolder? seen = null;
        var since = clock.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var holder = LeaseHolder.Read(path);
            if (holder is null || holder.IsKnownDead)
            {
                break;
            }

            if (holder != seen)
            {
                (seen, since) = (holder, clock.GetTimestamp());
            }

            if (clock.GetElapsedTime(since) > patience)
            {
                break;
            }

            cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Clamp(patience.TotalMilliseconds / 20, 20, 2000)));
        }

        return new CellLease(path, LeaseHolder.Mine(attempt), patience);
    }

    /// <summary>Whether the lease is still this attempt's.</summary>
    /// <exception cref="LeaseLostException">Another attempt has it.</exception>
    public void EnsureHeld()
    {
        if (lost.IsCancellationRequested || LeaseHolder.Read(path) is not { } holder || holder with { Beat = 0 } != mine)
        {
            throw new LeaseLostException($"Attempt {mine.Attempt} was silent for too long and its cell was taken over by another; its work does not count.");
        }
    }

    /// <summary>Gives the lease back.</summary>
    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            if (!lost.IsCancellationRequested && LeaseHolder.Read(path) is { } holder && holder with { Beat = 0 } == mine)
            {
                File.Delete(path);
            }

            lost.Dispose();
            beat = -1;
        }
    }

    private void Beat()
    {
        lock (gate)
        {
            if (beat < 0 || lost.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (LeaseHolder.Read(path) is not { } holder || holder with { Beat = 0 } != mine)
                {
                    lost.Cancel();
                    return;
                }

                Put();
            }
            catch (IOException)
            {
                // A file system that is away for a moment: the next beat tries again.
            }
        }
    }

    private void Put()
    {
        var temporary = $"{path}.{mine.Attempt}.new";
        File.WriteAllText(temporary, (mine with { Beat = ++beat }).ToText());
        File.Move(temporary, path, overwrite: true);
    }
}
