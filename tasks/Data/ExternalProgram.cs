using System.ComponentModel;
using System.Diagnostics;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Tasks.Data;

/// <summary>Runs a program of the system and gives back what it wrote.</summary>
internal static class ExternalProgram
{
    /// <summary>Runs a program with nothing on its standard input.</summary>
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Arguments, unquoted.</param>
    /// <param name="workingFolder">Folder to run in.</param>
    /// <param name="environment">Variables to set on top of this process's.</param>
    /// <param name="hintIfMissing">What a user can do when the program is not installed.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <exception cref="TaskException">The program is not installed.</exception>
    public static async Task<ProgramOutput> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string workingFolder,
        IReadOnlyDictionary<string, string> environment,
        string hintIfMissing,
        CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            throw new TaskException($"The program '{program}' could not be started. {hintIfMissing}");
        }

        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return new ProgramOutput(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}

/// <summary>How a program ended.</summary>
internal sealed record ProgramOutput(int ExitCode, string StandardOutput, string StandardError)
{
    /// <summary>The last lines of what it complained about, for an error message.</summary>
    public string Complaint => string.Join(
        Environment.NewLine,
        (StandardError.Length > 0 ? StandardError : StandardOutput).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(5));
}
