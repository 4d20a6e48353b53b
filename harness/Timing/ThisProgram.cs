using System.Diagnostics;
using System.Reflection;

namespace LT2.Eval.Harness.Timing;

/// <summary>How this program starts another instance of itself.</summary>
internal static class ThisProgram
{
    /// <summary>Start information with redirected output; works for the app host, for <c>dotnet lt2.dll</c> and below a test runner.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "lt2");
        var start = File.Exists(host)
            ? new ProcessStartInfo(host)
            : new ProcessStartInfo("dotnet") { ArgumentList = { Assembly.GetExecutingAssembly().Location } };
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
