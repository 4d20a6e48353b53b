using System.CommandLine;

namespace LT2.Eval.Harness.Commands;

/// <summary>One verb of the program: one file, one line in <see cref="CommandCatalogue"/>.</summary>
public interface IVerb
{
    /// <summary>Its options, help and action.</summary>
    Command Create(CommandEnvironment environment);
}
