using System.Diagnostics;

namespace LT2.Eval.ReportsInBrowser.Tests;

/// <summary>axe-core's script, brought by npm into the build folder on first use.</summary>
public static class AxeCore
{
    private const string Version = "4.14.1";

    private static readonly Lazy<(string? Script, string Reason)> Loaded = new(Load);

    /// <summary>Whether it could be had.</summary>
    public static bool IsInstalled => Loaded.Value.Script is not null;

    /// <summary>Why it could not be had.</summary>
    public static string Reason => Loaded.Value.Reason;

    /// <summary>The script.</summary>
    public static string Script => Loaded.Value.Script ?? throw new InvalidOperationException(Reason);

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
