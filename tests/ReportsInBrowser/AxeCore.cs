using System.Diagnostics;

namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>axe-core's script, brought by npm into the build folder on first use.</summary>
public static class AxeCore
{
    private const string Version = "4.14.1";

    private static readonly Lazy<(string? Script, string Reason)> Loaded = new(Load);

    /// <summary>The script; skips the test with the reason where it cannot be had.</summary>
    public static string Script
    {
        get
        {
            Assert.SkipWhen(Loaded.Value.Script is null, Loaded.Value.Reason);
            return Loaded.Value.Script!;
        }
    }

    private static (string? Script, string Reason) Load()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "axe");
        var script = Path.Combine(folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(script))
        {
            Directory.CreateDirectory(folder);
            try
            {
                using var npm = Process.Start(new ProcessStartInfo(
                    "npm", ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "axe-core@" + Version])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    WorkingDirectory = folder,
                })!;
                var output = npm.StandardOutput.ReadToEnd();
                var error = npm.StandardError.ReadToEnd();
                npm.WaitForExit();
                if (npm.ExitCode != 0 || !File.Exists(script))
                {
                    return (null, $"axe-core {Version} could not be installed by npm (exit {npm.ExitCode}): {error} {output}");
                }
            }
            catch (System.ComponentModel.Win32Exception exception)
            {
                return (null, $"axe-core {Version} needs npm, which could not be started: {exception.Message}");
            }
        }
        return (File.ReadAllText(script), "");
    }
}
