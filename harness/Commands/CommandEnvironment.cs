using LT2.Eval.Tasks.Plugins;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary>What a verb may use of the outside world.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Progress and diagnostics.</param>
/// <param name="Clock">Source of time.</param>
/// <param name="ErrorIsTerminal">Whether progress may be drawn.</param>
/// <param name="CommandLine">What was typed.</param>
public sealed record CommandEnvironment(TextWriter Output, TextWriter Error, TimeProvider Clock, bool ErrorIsTerminal, string CommandLine)
{
    /// <summary>Suites and text tasks: the program's and those of plug-ins.</summary>
    public PluginSet Plugins { get; init; } = PluginSet.BuiltIn;

    /// <summary>The console of this process.</summary>
    public static CommandEnvironment OfThisProcess(IReadOnlyList<string> arguments) => new(
        Console.Out, Console.IsErrorRedirected ? new PatientWriter(Console.Error) : Console.Error, TimeProvider.System, !Console.IsErrorRedirected, $"lt2 {string.Join(' ', arguments)}");

    /// <summary>A console that draws tables on <see cref="Output"/>; colourless and wide off a terminal.</summary>
    public IAnsiConsole Tables()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });
        if (Console.IsOutputRedirected || !ReferenceEquals(Output, Console.Out))
        {
            console.Profile.Width = 400; // a pipe has no width: rows stay on one line
        }

        return console;
    }
}
