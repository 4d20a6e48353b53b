using System.CommandLine;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Models;
using LT2.Eval.Reports;
using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Commands;

/// <summary>The program <c>lt2</c>: parses the command line and turns mistakes into messages and exit codes.</summary>
public static class CommandLineProgram
{
    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(string[] arguments, CommandEnvironment environment)
    {
        try
        {
            var parsed = Parse(arguments, environment);
            var configuration = new InvocationConfiguration
            {
                Output = parsed.Errors.Count > 0 ? environment.Error : environment.Output, // hints and help of a mistake are no results
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var exit = parsed.Invoke(configuration);
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : exit;
        }
        catch (OperationCanceledException)
        {
            environment.Error.WriteLine("Stopped. What is finished is recorded; the same command continues.");
            return ExitCodes.RunFailed;
        }
        catch (Exception error) when (IsUserMistake(error))
        {
            environment.Error.WriteLine(error.Message);
            return ExitCodes.Usage;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            environment.Error.WriteLine($"A file or stream cannot be used: {error.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception error)
        {
            // Whatever nobody foresaw still ends with an exit code of the list, and with what a report needs.
            environment.Error.WriteLine($"lt2 failed in a way that nobody foresaw; what is finished is recorded. Please report this:{Environment.NewLine}{error}");
            return ExitCodes.RunFailed;
        }
    }

    private static ParseResult Parse(string[] arguments, CommandEnvironment environment)
    {
        var plugins = new PluginOption();
        environment = environment with { Plugins = plugins.Load(arguments, environment.Error) };
        var root = new RootCommand("""
            Measures looped, linear-time language models: quality against loop count, latency against sequence length.

            Example: lt2 run quick
            """) { plugins.Option };
        foreach (var command in CommandCatalogue.All)
        {
            root.Subcommands.Add(command.Create(environment));
        }

        return root.Parse(arguments);
    }

    private static bool IsUserMistake(Exception error) => error is PlanException or TaskException or ModelException or ResultsException or ReportException;
}
