using System.Diagnostics;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Gating;

/// <summary>Tells somebody: runs a command of the user's with the report on its standard input. A command that fails is a message, never a verdict.</summary>
internal static class Notification
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static void Send(string? command, GateVerdict verdict, string summary, string runId, string report, Action<string> message)
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
            using var process = Process.Start(start)!;
            try
            {
                process.StandardInput.Write(report);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The command does not read its input, which is its own affair.
            }

            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                message($"--notify: '{command}' was still running after {Patience.TotalSeconds:0} s and was ended.");
            }
            else if (process.ExitCode != 0)
            {
                message($"--notify: '{command}' ended with exit code {process.ExitCode}.");
            }
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            message($"--notify: the shell did not start: {error.Message}");
        }
    }
}
