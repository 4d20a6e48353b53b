using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Models.Verification;
using LT2.Eval.Models.Verification.Kernels;
using Spectre.Console;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 verify</c>: golden cases against this machine's kernels.</summary>
internal sealed class VerifyVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var path = new Argument<string?>("path") { Description = "A file of golden cases, an index.json of layer cases, or a folder of them.", Arity = ArgumentArity.ZeroOrOne };
        var kernels = new Option<bool>("--kernels") { Description = "Check every CUDA kernel: against the readable version on random inputs, and on the golden cases of the path, if one is given, in bfloat16." };
        var seed = new Option<int>("--seed") { Description = "Seed of the random inputs.", DefaultValueFactory = _ => 1 };
        var device = CommonOptions.Device();
        device.DefaultValueFactory = _ => "cpu";
        var dtype = new Option<string?>("--dtype") { Description = $"One of {string.Join(", ", Dtypes.Names)} (default: float64 on CPU, float32 on CUDA, bfloat16 with --kernels)." };
        var json = CommonOptions.Json();
        var command = new Command("verify", """
            Run golden cases on this machine and compare; exit 1 if any fails or none was run.

            Examples: lt2 verify tests/golden --device cuda --dtype bfloat16
                      lt2 verify --device cuda --kernels
            """) { path, device, dtype, kernels, seed, json };
        command.SetAction(parsed =>
        {
            var compute = ComputeDevice.Resolve(parsed.GetValue(device)!);
            var (file, random) = (parsed.GetValue(path), parsed.GetValue(kernels));
            if (file is null && !random)
            {
                throw new PlanException("Name golden cases to verify (such as tests/golden), or give --kernels.");
            }

            List<CaseVerdict> verdicts = random ? [.. KernelVerifier.Verify(compute.TorchDevice, parsed.GetValue(seed))] : [];
            if (file is not null)
            {
                var type = parsed.GetValue(dtype) ?? (random ? "bfloat16" : null);
                verdicts.AddRange(CaseVerifier.Verify(file, compute.TorchDevice, type is null ? null : Dtypes.Use(type, compute)));
            }

            var passed = verdicts.Count(verdict => verdict.Passed);
            var failed = verdicts.Count - passed;
            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(new { device = compute.Name, passed, failed, cases = verdicts }, JsonOutput.Options));
            }
            else
            {
                var table = new Table().Border(TableBorder.Minimal).AddColumns("mixer", "case", "absolute", "relative", "tolerance", "verdict", "note");
                foreach (var verdict in verdicts)
                {
                    table.AddRow([.. new[]
                    {
                        verdict.Mixer, verdict.Name, Exponent(verdict.LargestAbsoluteError), Exponent(verdict.LargestRelativeError), Exponent(verdict.Tolerance),
                        verdict.Passed ? "pass" : "FAIL", verdict.Message ?? verdict.ToleranceReason ?? "",
                    }.Select(Markup.Escape)]);
                }

                environment.Tables().Write(table);
                environment.Output.WriteLine($"{passed} passed, {failed} failed");
            }

            return failed == 0 && passed > 0 ? ExitCodes.Success : ExitCodes.Regression;
        });
        return command;
    }

    private static string Exponent(double? value) => value?.ToString("0.0e+0", CultureInfo.InvariantCulture) ?? "–";
}
