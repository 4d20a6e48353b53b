using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Cluster.Workers;

/// <summary>Carries cells out in a worker process of this program on one device; a new process replaces one that died.</summary>
/// <param name="device">The device, as <c>--device</c> names it.</param>
/// <param name="arguments">The worker's command line but for its device.</param>
/// <param name="progress">Shown to the person.</param>
internal sealed class WorkerExecutor(string device, IReadOnlyList<string> arguments, IRunProgress progress) : ICellExecutor
{
    private const int RememberedErrorLines = 8;

    private readonly Lock inputGate = new();
    private readonly ConcurrentDictionary<string, string> resultFiles = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> errors = new();
    private Process? process;

    /// <inheritdoc />
    public string Device => device;

    /// <inheritdoc />
    public CellResult Attempt(CellDefinition cell, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var stop = cancellation.Register(CloseInput);
        process ??= Start(cancellation);
        Send(cell.Id);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            switch (WorkerMessage.Parse(line))
            {
                case { Kind: WorkerMessage.Progress, Cell: { } id } message when id == cell.Id:
                    progress.CellProgress(cell, message.Fraction, $"{device}: {message.Detail}");
                    break;
                case { Kind: WorkerMessage.Ended, Cell: { } id, File: { } file } when id == cell.Id:
                    resultFiles[cell.Id] = file;
                    return CellFile.Read(file).Result;
            }
        }

        var end = End();
        cancellation.ThrowIfCancellationRequested();
        throw new WorkerLostException(end);
    }

    /// <inheritdoc />
    public void Settled(CellDefinition cell)
    {
        if (resultFiles.TryRemove(cell.Id, out var file))
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (process is not null)
        {
            CloseInput();
            End();
        }
    }

    private Process Start(CancellationToken cancellation)
    {
        var start = ThisProgram.StartInfo(["worker", .. arguments]);
        start.ArgumentList.Add("--device");
        start.ArgumentList.Add(VisibleDevices.Only(start, device));
        start.RedirectStandardInput = true;
        errors.Clear();
        var started = Process.Start(start) ?? throw new InvalidOperationException($"A worker process did not start: {start.FileName}.");
        started.ErrorDataReceived += (_, line) => Remember(line.Data);
        started.BeginErrorReadLine();
        while (started.StandardOutput.ReadLine() is { } line)
        {
            if (WorkerMessage.Parse(line) is { Kind: WorkerMessage.Ready })
            {
                return started;
            }
        }

        process = started;
        var end = End();
        cancellation.ThrowIfCancellationRequested();

        // Not a matter of any cell: no device, no library, a store that cannot be read.
        throw new PlanException($"The worker for {device} could not begin: {end}");
    }

    private void Remember(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        errors.Enqueue(line);
        while (errors.Count > RememberedErrorLines)
        {
            errors.TryDequeue(out _);
        }
    }

    private void Send(string cellId)
    {
        lock (inputGate)
        {
            try
            {
                process!.StandardInput.WriteLine(cellId);
                process.StandardInput.Flush();
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                // It is gone, or has been asked to stop: its output ends, which says so.
            }
        }
    }

    private void CloseInput()
    {
        lock (inputGate)
        {
            try
            {
                process?.StandardInput.Close();
            }
            catch (IOException)
            {
                // Gone already.
            }
        }
    }

    /// <summary>Waits for the process and says how it ended.</summary>
    private string End()
    {
        using var ended = process!;
        lock (inputGate)
        {
            process = null;
        }

        ended.WaitForExit();
        var how = ended.ExitCode > 128
            ? string.Create(CultureInfo.InvariantCulture, $"killed by signal {ended.ExitCode - 128}{(ended.ExitCode == 137 ? " (SIGKILL; the kernel sends it when memory runs out)" : "")}")
            : string.Create(CultureInfo.InvariantCulture, $"exit code {ended.ExitCode}");
        var words = string.Join(" ", errors);
        return string.Create(CultureInfo.InvariantCulture, $"worker process {ended.Id} on {device} ended: {how}{(words.Length > 0 ? $", last words: {words}" : "")}.");
    }
}
