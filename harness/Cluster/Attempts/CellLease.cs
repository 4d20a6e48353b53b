namespace LT2.Eval.Harness.Cluster.Attempts;

/// <summary>
/// The right to carry out a cell, a file beside the results that its holder rewrites again and again. An attempt that finds a silent lease takes it over; the former
/// holder notices at its next beat, or before it publishes anything, and gives up. No clocks are compared: each waits by its own. A lease that cannot be read is neither free
/// nor lost: it is read again.
/// </summary>
internal sealed class CellLease : IDisposable
{
    /// <summary>A lease that was not renewed for so long is taken over.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(60);

    private readonly string path;
    private readonly LeaseHolder mine;
    private readonly TimeSpan patience;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource lost = new();
    private readonly Timer timer;
    private readonly Lock gate = new();
    private long beat;

    private CellLease(string path, LeaseHolder mine, TimeSpan patience, TimeProvider clock)
    {
        (this.path, this.mine, this.patience, this.clock) = (path, mine, patience, clock);
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
    /// <exception cref="IOException">The lease could not be read for longer than that.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static CellLease Take(string path, string attempt, TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        LeaseHolder? seen = null;
        var since = clock.GetTimestamp();
        var read = since;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            LeaseHolder? holder;
            try
            {
                holder = LeaseHolder.Read(path);
                read = clock.GetTimestamp();
            }
            catch (Exception error) when (IsAway(error) && clock.GetElapsedTime(read) <= patience)
            {
                seen = null; // where nothing can be read, nobody is silent
                cancellation.WaitHandle.WaitOne(Pause(patience));
                continue;
            }

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

            cancellation.WaitHandle.WaitOne(Pause(patience));
        }

        return new CellLease(path, LeaseHolder.Mine(attempt), patience, clock);
    }

    /// <summary>Whether the lease is still this attempt's.</summary>
    /// <exception cref="LeaseLostException">Another attempt has it, or it cannot be read for so long that another may have it.</exception>
    public void EnsureHeld()
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            try
            {
                if (lost.IsCancellationRequested || !IsMine())
                {
                    throw new LeaseLostException($"Attempt {mine.Attempt} was silent for too long and its cell was taken over by another; its work does not count.");
                }

                return;
            }
            catch (Exception error) when (IsAway(error))
            {
                if (clock.GetElapsedTime(since) > patience)
                {
                    throw new LeaseLostException($"Attempt {mine.Attempt} could not read its lease for too long, so another may have taken its cell over; its work does not count. {error.Message}");
                }

                Thread.Sleep(Pause(patience));
            }
        }
    }

    /// <summary>Gives the lease back.</summary>
    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            try
            {
                if (!lost.IsCancellationRequested && IsMine())
                {
                    File.Delete(path);
                }
            }
            catch (Exception error) when (IsAway(error))
            {
                // It stays, and falls silent.
            }

            lost.Dispose();
            beat = -1;
        }
    }

    /// <summary>What a file system throws that is away for a moment, or does not let this process in just now.</summary>
    private static bool IsAway(Exception error) => error is IOException or UnauthorizedAccessException;

    private static TimeSpan Pause(TimeSpan patience) => TimeSpan.FromMilliseconds(Math.Clamp(patience.TotalMilliseconds / 20, 20, 2000));

    private bool IsMine() => LeaseHolder.Read(path) is { } holder && holder with { Beat = 0 } == mine;

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
                if (!IsMine())
                {
                    lost.Cancel();
                    return;
                }

                Put();
            }
            catch (Exception error) when (IsAway(error))
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
