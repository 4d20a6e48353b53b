using System.CommandLine;

namespace LT2.Eval.Harness.Commands;

/// <summary>Options that several verbs share.</summary>
internal static class CommonOptions
{
    public static Option<string> Out() => new("--out")
    {
        Description = "Folder under which results/runs and reports/site lie.",
        DefaultValueFactory = _ => ".",
    };

    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder of data sets (else LT2_DATA, else the user's cache folder).",
    };

    public static Option<string> Device() => new("--device")
    {
        Description = "auto, cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "auto",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on one line." };

    /// <summary>More threads than any host has cores: libtorch would make them all.</summary>
    public const int MostThreads = 1024;

    public static Option<int?> Threads() => new Option<int?>("--threads") { Description = "CPU threads for libtorch (default: every core)." }.InRange(1, MostThreads);

    public static Option<string> Dtype() => new("--dtype")
    {
        Description = $"Compute dtype, one of {string.Join(", ", Execution.Dtypes.Names)}; bfloat16 trains float32 master weights, tfloat32 needs CUDA.",
        DefaultValueFactory = _ => "float32",
    };

    /// <summary>A limit on host memory; <see cref="ApplyMemoryLimit"/> sets it.</summary>
    public static Option<string?> MemoryLimit()
    {
        var option = new Option<string?>("--memory-limit")
        {
            Description = "Most host memory of this program and those it starts, such as 6GiB; beyond it an allocation fails and is recorded as out of memory.",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Models.Runtime.MemoryLimit.Problem(token.Value) is { } problem)
            {
                result.AddError($"--memory-limit: {problem}");
            }
        });
        return option;
    }

    /// <summary>Sets the limit that was given, if one was.</summary>
    public static void ApplyMemoryLimit(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is { } text)
        {
            Models.Runtime.MemoryLimit.Apply(Models.Runtime.MemoryLimit.Parse(text)!.Value);
        }
    }

    /// <summary>A comma-separated list of whole numbers of at least 1.</summary>
    public static Option<int[]> Integers(string name, string description, int[] fallback) => new(name)
    {
        Description = $"{description} (comma-separated)",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var values = new List<int>();
            foreach (var text in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
            {
                if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= 1)
                {
                    values.Add(value);
                }
                else
                {
                    result.AddError($"{name}: '{text}' is not a whole number of at least 1.");
                }
            }

            return [.. values];
        },
    };
}
