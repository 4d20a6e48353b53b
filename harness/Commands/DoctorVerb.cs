using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Runtime.Cuda;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 doctor</c>: what works on this machine, proved by small computations.</summary>
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
            var entries = HostDescription.Describe().ToList();
            entries.Add(("program.build", BuildIdentity.Current.BuildId));
            entries.Add(("program.commit", BuildIdentity.Current.Commit ?? "unknown"));
            var resolved = ComputeDevice.Resolve(parsed.GetValue(device)!);
            entries.AddRange(TorchRuntime.Describe());
            List<DeviceCheck> checks = [.. DeviceChecks.Run(resolved)];
            if (resolved.IsCuda)
            {
                checks.AddRange(CudaChecks.Run(resolved).Select(check => new DeviceCheck(check.Name, check.Passed, false, check.Detail)));
            }

            var passed = checks.All(check => check.Passed || !check.Required);
            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(
                    new { device = resolved.Name, environment = entries.ToDictionary(entry => entry.Name, entry => entry.Value), checks }, JsonOutput.Options));
            }
            else
            {
                foreach (var (name, value) in entries)
                {
                    environment.Output.WriteLine($"{name,-24} {value}");
                }

                environment.Output.WriteLine();
                foreach (var check in checks)
                {
                    environment.Output.WriteLine($"{(check.Passed ? "ok     " : check.Required ? "FAILED " : "missing")} {check.Name,-32} {check.Detail}");
                }
            }

            return passed ? ExitCodes.Success : ExitCodes.RunFailed;
        });
        return command;
    }
}
