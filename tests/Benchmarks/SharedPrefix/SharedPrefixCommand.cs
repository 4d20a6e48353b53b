using System.Globalization;

namespace LT2.Eval.Benchmarks.SharedPrefix;

/// <summary><c>LT2.Eval.Benchmarks shared-prefix [NAME@SCALE…] [TASK…] [--bytes N] [--pairs N] [--json FILE]</c>: one JSON line a task and variant on stdout and in the file; 1 if the gain is less than is promised.</summary>
internal static class SharedPrefixCommand
{
    internal const string Name = "shared-prefix";

    private const string DefaultVariant = "looped-full@small", DefaultPairs = "1", DefaultBytes = "60000"; // half an hour on one core

    private const double LeastShareOfAllowed = 0.8, LeastSpeedUpOnMmlu = 2.5;

    internal static int Run(string[] arguments)
    {
        var file = Option(arguments, "--json");
        var pairs = int.Parse(Option(arguments, "--pairs") ?? DefaultPairs, CultureInfo.InvariantCulture);
        var bytes = int.Parse(Option(arguments, "--bytes") ?? DefaultBytes, CultureInfo.InvariantCulture);
        var named = arguments.Skip(1).TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToLookup(argument => argument.Contains('@', StringComparison.Ordinal));
        var variants = named[true].DefaultIfEmpty(DefaultVariant).ToList();
        var failures = 0;
        foreach (var figure in variants.SelectMany(variant => new SharedPrefixBenchmark(variant, [.. named[false]], pairs, bytes).Measure()))
        {
            Console.WriteLine(figure.ToJson());
            if (file is not null)
            {
                File.AppendAllText(file, figure.ToJson() + "\n");
            }

            failures += figure.ShareOfAllowed < LeastShareOfAllowed || (figure is { Task: "mmlu_anatomy", Shots: > 0 } && figure.SpeedUp < LeastSpeedUpOnMmlu) ? 1 : 0;
        }

        Console.Error.WriteLine(failures == 0 ? "Every task reaches what is promised." : $"{failures} figures are below what is promised.");
        return failures == 0 ? 0 : 1;
    }

    private static string? Option(string[] arguments, string name) => arguments.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault();
}
