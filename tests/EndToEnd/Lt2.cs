using System.Diagnostics;
using LT2.Eval.Harness.Commands;

namespace LT2.Eval.EndToEnd.Tests;

/// <summary>Runs the program: in this process for its output, or as a process of its own that can be killed.</summary>
internal static class Lt2
{
    /// <summary>Runs a command line in this process.</summary>
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var exit = CommandLineProgram.Run(arguments, new CommandEnvironment(output, error, TimeProvider.System, false, $"lt2 {string.Join(' ', arguments)}"));
        return (exit, output.ToString(), error.ToString());
    }

    /// <summary>Starts the program beside the tests as a process.</summary>
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "lt2"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
