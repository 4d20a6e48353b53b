using System.Diagnostics;
using System.Reflection;

namespace LT2.Eval.Harness.Timing;

/// <summary>How this program starts another instance of itself.</summary>
internal static class ThisProgram
{
    /// <summary>The command that starts this program, for scripts.</summary>
    public static IReadOnlyList<string> Command
    {
        get
        {
            var start = StartInfo([]);
            return [start.FileName, .. start.ArgumentList];
        }
    }

    /// <summary>Start information with redirected output; works for the app host, for <c>dotnet lt2.dll</c> and below a test runner.</summary>
    /// <param name="arguments">Command line.</param>
    /// <param name="folder">Folder of another build of the program; null for this one.</param>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments, string? folder = null)
    {
        var host = Path.Combine(folder ?? AppContext.BaseDirectory, "lt2");
        var start = File.Exists(host)
            ? new ProcessStartInfo(host)
            : new ProcessStartInfo("dotnet") { ArgumentList = { folder is null ? Assembly.GetExecutingAssembly().Location : $"{host}.dll" } };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        return start;
    }
}
