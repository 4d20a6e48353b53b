using System.CommandLine;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 gate</c>: tonight against the pin; exit 0, 1 or 4.</summary>
internal sealed class GateVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var run = new Argument<string?>("run") { Description = "Run id or its beginning, or a commit (default: the newest run).", Arity = ArgumentArity.ZeroOrOne };
        var output = CommonOptions.Out();
        var options = new GateOptionSet();
        var command = new Command("gate", """
            Judge a run against its plan's pin: exit 0 when everything was measured and nothing is worse, 1 for a confirmed regression, 4 when it cannot be said.

            Example: lt2 gate --baseline-build /opt/lt2-pinned --format markdown
            """) { run, output };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            using var interrupt = new Interrupt(environment.Error);
            return GateSession.Judge(options.Read(parsed, parsed.GetValue(output)!, parsed.GetValue(run)), environment, interrupt.Token).ExitCode;
        });
        return command;
    }
}
