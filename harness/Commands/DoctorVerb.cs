using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Harness.Timing;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 doctor</c>: what works on this machine, proved by small computations; what is missing, what that costs and what to do.</summary>
internal sealed class DoctorVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("doctor", """
            Prove the device with small computations and print the environment.

            Example: lt2 doctor --device cuda
            """) { device, json };
        command.SetAction(parsed =>
        {
            var examination = Examination.Of(parsed.GetValue(device)!);
            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(
                    new
                    {
                        device = examination.Device,
                        usable = examination.IsUsable,
                        environment = examination.Environment.ToDictionary(entry => entry.Name, entry => entry.Value),
                        checks = examination.Checks,
                    },
                    JsonOutput.Options));
            }
            else
            {
                Print(environment.Output, examination);
            }

            return examination.IsUsable ? ExitCodes.Success : ExitCodes.RunFailed;
        });
        return command;
    }

    private static void Print(TextWriter output, Examination examination)
    {
        foreach (var (name, value) in examination.Environment)
        {
            output.WriteLine($"{name,-24} {value}");
        }

        output.WriteLine();
        foreach (var check in examination.Checks)
        {
            output.WriteLine($"{(check.Passed ? "ok     " : check.Required ? "FAILED " : "missing")} {check.Name,-30} {check.Detail}");
            if (check.Cost is not null)
            {
                output.WriteLine($"          costs: {check.Cost}");
            }

            if (check.Remedy is not null)
            {
                output.WriteLine($"          to do: {check.Remedy}");
            }
        }

        var missing = examination.Checks.Count(check => !check.Passed);
        output.WriteLine();
        output.WriteLine(
            !examination.IsUsable ? $"{examination.Device} cannot be used: see what FAILED."
            : missing == 0 ? $"{examination.Device} works, with everything it can have."
            : $"{examination.Device} works; {missing} thing(s) missing.");
    }
}
