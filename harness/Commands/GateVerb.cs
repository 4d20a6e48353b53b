using System.CommandLine;
using LT2.Eval.Harness.Plans;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 gate</c>: tonight against the pin, or one checkpoint against another; exit 0, 1 or 4.</summary>
internal sealed class GateVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var run = new Argument<string?>("run") { Description = "Run id or its beginning, or a commit (default: the newest run).", Arity = ArgumentArity.ZeroOrOne };
        var output = CommonOptions.Out();
        var devices = new Option<string?>("--devices") { Description = "Confirm on several devices at once, a pair at a time on each: all GPUs (all) or some (0,1). Default: the run's own." };
        var options = new GateOptionSet();
        var checkpoints = new CheckpointGateOptionSet();
        var command = new Command("gate", """
            Judge a run against its plan's pin: exit 0 when everything was measured and nothing is worse, 1 for a confirmed regression, 4 when it cannot be said.

            Or judge one checkpoint against another, without history: the tests of a plan asked of both, its timings measured side by side.

            Examples:
              lt2 gate --baseline-build /opt/lt2-pinned --devices all --format markdown
              lt2 gate --baseline-checkpoint accepted --checkpoint new --plan quick --only recall,latency
            """) { run, output, devices };
        options.AddTo(command);
        checkpoints.AddTo(command);
        command.SetAction(parsed =>
        {
            using var interrupt = new Interrupt(environment.Error);
            if (checkpoints.Wanted(parsed))
            {
                return parsed.GetValue(run) is null && parsed.GetValue(devices) is null
                    ? CheckpointGateSession.Judge(options.ReadForCheckpoints(parsed, parsed.GetValue(output)!, checkpoints), environment, interrupt.Token)
                    : throw new PlanException("Name a run (and --devices), or two checkpoints (and --device): not both.");
            }

            return GateSession.Judge(options.Read(parsed, parsed.GetValue(output)!, parsed.GetValue(run), parsed.GetValue(devices)), environment, interrupt.Token).ExitCode;
        });
        return command;
    }
}
