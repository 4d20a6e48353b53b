using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Cluster.DataParallel;

/// <summary>Starts the processes of a group on this host, shows what process 0 prints, and ends all of them when one ends badly: the others would wait for it for ever.</summary>
/// <param name="output">Where process 0's output goes.</param>
/// <param name="error">Where messages go.</param>
internal sealed class GroupLauncher(TextWriter output, TextWriter error)
{
    private const int RememberedErrorLines = 5;

    private readonly ConcurrentDictionary<int, ConcurrentQueue<string>> lastErrors = new();

    /// <summary>Runs a command line once a device and waits for the end of all.</summary>
    /// <param name="arguments">The command line, without device and rank.</param>
    /// <param name="devices">One a process.</param>
    /// <param name="cancellation">Asks the processes to stop, as SIGTERM does.</param>
    /// <returns>Process 0's exit code, or that of the first one that ended badly.</returns>
    public int Run(IReadOnlyList<string> arguments, IReadOnlyList<string> devices, CancellationToken cancellation)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");
        var processes = devices.Select((device, rank) => Start(
            [.. arguments, "--rank", Text(rank), "--rank-count", Text(devices.Count), "--rendezvous", address], device, rank)).ToList();

        // Not by a signal: Ctrl+C has reached them already, and a second one would end them at once.
        using var stop = cancellation.Register(() => processes.ForEach(process => process.StandardInput.Close()));
        var failed = WaitForAll(processes);
        var code = failed?.ExitCode ?? processes[0].ExitCode;
        if (failed is not null && failed != processes[0])
        {
            error.WriteLine($"Process {processes.IndexOf(failed)} of {devices.Count} on {devices[processes.IndexOf(failed)]} ended with exit code {failed.ExitCode}; the others were ended. {string.Join(Environment.NewLine, lastErrors.GetValueOrDefault(processes.IndexOf(failed)) ?? [])}");
        }

        processes.ForEach(process => process.Dispose());
        return code;
    }

    private Process Start(IEnumerable<string> arguments, string device, int rank)
    {
        var start = ThisProgram.StartInfo([.. arguments, GroupOptionSet.StopOnInputEndName]);
        start.RedirectStandardInput = true;
        start.ArgumentList.Add("--device");
        start.ArgumentList.Add(VisibleDevices.First(start, device));
        var process = Process.Start(start) ?? throw new InvalidOperationException("A training process did not start.");
        process.OutputDataReceived += (_, line) => Show(rank, output, line.Data);
        process.ErrorDataReceived += (_, line) => Show(rank, error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Show(int rank, TextWriter writer, string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        if (rank == 0)
        {
            lock (writer)
            {
                writer.WriteLine(line);
            }

            return;
        }

        var lines = lastErrors.GetOrAdd(rank, _ => new ConcurrentQueue<string>());
        lines.Enqueue(line);
        while (lines.Count > RememberedErrorLines)
        {
            lines.TryDequeue(out _);
        }
    }

    /// <returns>The first process that ended badly; null when none did.</returns>
    private static Process? WaitForAll(List<Process> processes)
    {
        const int pollMilliseconds = 50;
        Process? failed = null;
        while (processes.Any(process => !process.HasExited))
        {
            failed ??= processes.FirstOrDefault(process => process.HasExited && process.ExitCode != 0);
            if (failed is not null)
            {
                // The rest may be ending for the same reason and in order (a signal, a divergence): a moment for that.
                var patience = Stopwatch.StartNew();
                while (processes.Any(process => !process.HasExited) && patience.Elapsed < TimeSpan.FromSeconds(10))
                {
                    Thread.Sleep(pollMilliseconds);
                }

                processes.Where(process => !process.HasExited).ToList().ForEach(process => process.Kill());
            }

            Thread.Sleep(pollMilliseconds);
        }

        processes.ForEach(process => process.WaitForExit()); // the last lines of output
        return failed ?? processes.FirstOrDefault(process => process.ExitCode != 0);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
