using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LT2.Eval.Models;

namespace LT2.Eval.Benchmarks.Groups;

/// <summary><c>LT2.Eval.Benchmarks GROUP… [--device cuda] …</c>: BenchmarkDotNet's runs of whole groups.</summary>
internal static class GroupCommand
{
    internal static int Run(string[] arguments)
    {
        var groups = new Argument<string[]>("group") { Description = $"Groups, or all: {string.Join("; ", BenchmarkGroup.All.Select(group => $"{group.Name} ({group.Summary})"))}.", Arity = ArgumentArity.OneOrMore };
        groups.AcceptOnlyFromAmong([.. BenchmarkGroup.All.Select(group => group.Name), "all"]);
        var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu" };
        var type = new Option<string>("--dtype") { Description = "float32 or bfloat16.", DefaultValueFactory = _ => "float32" };
        type.AcceptOnlyFromAmong("float32", "bfloat16");
        var filter = new Option<string[]>("--filter") { Description = "Only benchmarks whose full name with parameters fits, such as *gdn*." };
        var brief = new Option<bool>("--short") { Description = "Three iterations each: quick and coarse. The standard error tells how coarse." };
        var json = new Option<string?>("--json") { Description = "File to which a line a benchmark is appended." };
        var command = new RootCommand("""
            Benchmarks of the parts of LT2.Eval. Those of whole steps on a GPU are cuda-limits, cuda-training and so on.

            Example: LT2.Eval.Benchmarks mixers --device cuda --dtype bfloat16 --json figures.jsonl
            """) { groups, device, type, filter, brief, json };
        command.SetAction(parsed =>
        {
            Environment.SetEnvironmentVariable(BenchmarkDevice.Variable, parsed.GetValue(device));
            Environment.SetEnvironmentVariable(BenchmarkDevice.TypeVariable, parsed.GetValue(type));
            try
            {
                _ = BenchmarkDevice.Current;
            }
            catch (ModelException error)
            {
                Console.Error.WriteLine(error.Message);
                return 2;
            }

            var names = parsed.GetValue(groups)!;
            var config = Config(parsed.GetValue(brief), parsed.GetValue(filter) ?? []);
            var failed = false;
            foreach (var group in BenchmarkGroup.All.Where(group => names.Contains("all") || names.Contains(group.Name)))
            {
                foreach (var summary in group.Classes.Select(type => BenchmarkRunner.Run(type, config)))
                {
                    failed |= summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success);
                    if (parsed.GetValue(json) is { } file)
                    {
                        File.AppendAllLines(file, summary.Reports.Where(report => report.Success).Select(report => BenchmarkFigure.Of(group.Name, report).ToJson()));
                    }
                }
            }

            return failed ? 3 : 0;
        });
        return command.Parse(arguments).Invoke();
    }

    private static ManualConfig Config(bool brief, string[] filters)
    {
        var job = brief ? Job.ShortRun.WithIterationCount(3).WithWarmupCount(1) : Job.Default.WithIterationTime(Perfolizer.Horology.TimeInterval.FromMilliseconds(200)).WithMaxIterationCount(30);

        // In this process: a host without the .NET SDK has no other way, and libtorch and its device are loaded once.
        var config = ManualConfig.Create(DefaultConfig.Instance).AddJob(job.WithToolchain(InProcessEmitToolchain.Instance)).AddDiagnoser(MemoryDiagnoser.Default)
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(40))
            // TorchSharp is marked as not optimised on purpose (Directory.Build.targets); BenchmarkDotNet would refuse it.
            .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableOptimizationsValidator);
        return filters.Length == 0 ? config : config.AddFilter(new GlobFilter(filters));
    }
}
