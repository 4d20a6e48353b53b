using System.Diagnostics;
using System.Globalization;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Gating;

/// <summary>Tells somebody: runs a command of the user's with the report on its standard input. A command that fails is a message, never a verdict.</summary>
internal static class Notification
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs the command and waits for it.</summary>
    /// <param name="command">For <c>/bin/sh</c>; null tells nobody.</param>
    /// <param name="verdict">In its environment.</param>
    /// <param name="summary">In its environment.</param>
    /// <param name="runId">In its environment.</param>
    /// <param name="report">On its standard input.</param>
    /// <param name="message">Receives what went wrong.</param>
    /// <param name="patience">How long it may take in all, the reading included; null for a minute.</param>
    public static void Send(
        string? command, GateVerdict verdict, string summary, string runId, string report, Action<string> message, TimeSpan? patience = null)
    {
        if (command is null)
        {
            return;
        }

        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["LT2_GATE_VERDICT"] = verdict.ToString().ToLowerInvariant();
        start.Environment["LT2_GATE_SUMMARY"] = summary;
        start.Environment["LT2_GATE_RUN"] = runId;
        try
        {
            var limit = patience ?? Patience;
            var began = TimeProvider.System.GetTimestamp();
            using var process = Process.Start(start)!;

            // A thread of its own: of a report that is larger than the pipe, no more is taken than the command reads.
            var input = process.StandardInput;
            var writer = new Thread(() => Write(input, report)) { IsBackground = true, Name = "notify" };
            writer.Start();
            if (!process.WaitForExit(limit))
            {
                process.Kill(entireProcessTree: true);
                message(string.Create(CultureInfo.InvariantCulture, $"--notify: '{command}' was still running after {limit.TotalSeconds:0.#} s and was ended."));
            }
            else if (process.ExitCode != 0)
            {
                message($"--notify: '{command}' ended with exit code {process.ExitCode}.");
            }

            // What the command left running may still be reading.
            var left = limit - TimeProvider.System.GetElapsedTime(began);
            writer.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            message($"--notify: the shell did not start: {error.Message}");
        }
    }

    private static void Write(StreamWriter input, string report)
    {
        try
        {
            using (input)
            {
                input.Write(report);
            }
        }
        catch (IOException)
        {
            // The command does not read its input, which is its own affair.
        }
    }
}
