using System.CommandLine;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Results.Gating;

namespace LT2.Eval.Harness.Commands;

/// <summary>The options of verbs that judge a run.</summary>
internal sealed class GateOptionSet
{
    private static readonly GateOptions Defaults = new();

    private readonly Option<string?> baselineBuild = new("--baseline-build")
    {
        Description = "Published program folder of the pin's commit, run next to this program to confirm suspects (default: the build kept by lt2 pin --keep-build).",
    };

    private readonly Option<int> pairs = new("--pairs") { Description = "Interleaved pairs of a confirmation.", DefaultValueFactory = _ => Defaults.Pairs };

    private readonly Option<string?> confirmations = new("--confirmations")
    {
        Description = "File of the pairs that confirmations measured, read and added to (default: results/runs/gates/confirmations.jsonl). Pairs of the same two builds are not measured twice.",
    };

    private readonly Option<bool> measureAgain = new("--measure-again") { Description = "Measure side by side again where pairs are kept, as after a new driver." };

    private readonly Option<double> canaryBand = new("--canary-band")
    {
        Description = "Relative move of the canary workload up to which a night's times are judged.", DefaultValueFactory = _ => Defaults.CanaryBand,
    };

    private readonly Option<double> taintedShare = new("--tainted-share")
    {
        Description = "Share of timing blocks that ran under throttling or load, up to which a night's times are judged.", DefaultValueFactory = _ => Defaults.TaintedShare,
    };

    private readonly Option<string> format = new("--format") { Description = "text, markdown or junit.", DefaultValueFactory = _ => "text" };

    private readonly Option<string?> notify = new("--notify")
    {
        Description = "Shell command for every verdict but pass; gets the report as Markdown on its input and LT2_GATE_VERDICT, LT2_GATE_SUMMARY, LT2_GATE_RUN.",
    };

    private readonly Option<bool> json = CommonOptions.Json();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { baselineBuild, pairs, confirmations, measureAgain, canaryBand, taintedShare, format, notify, json })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Settings, format and whom to tell, where two checkpoints are judged: no other build takes part, and the pairs stand in for canary and tainted blocks.</summary>
    public CheckpointGateRequest ReadForCheckpoints(ParseResult parsed, string outputRoot, CheckpointGateOptionSet checkpoints)
    {
        var forRuns = new Option[] { baselineBuild, confirmations, measureAgain, canaryBand, taintedShare }.Where(option => parsed.GetResult(option) is { Implicit: false }).ToList();
        return forRuns.Count == 0
            ? checkpoints.Read(parsed, Read(parsed, outputRoot, run: null, devices: null))
            : throw new PlanException([.. forRuns.Select(option =>
                $"{option.Name} is for runs: two checkpoints are measured by this program alone, side by side, without a canary. Leave it out.")]);
    }

    /// <summary>What is to be judged, and how.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="outputRoot">Below it lie store and pins.</param>
    /// <param name="run">The run; null for the newest.</param>
    /// <param name="devices">Devices that confirm side by side; null for the run's own.</param>
    /// <exception cref="PlanException">Every option that cannot be meant.</exception>
    public GateRequest Read(ParseResult parsed, string outputRoot, string? run, string? devices)
    {
        var problems = new List<string>();
        if (!Enum.TryParse<GateReportFormat>(parsed.GetValue(format), ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
        {
            problems.Add($"--format {parsed.GetValue(format)}: give text, markdown or junit.");
        }

        if (parsed.GetValue(pairs) < 2)
        {
            problems.Add($"--pairs {parsed.GetValue(pairs)}: a paired test needs at least 2 pairs.");
        }

        if (!(parsed.GetValue(canaryBand) > 0))
        {
            problems.Add("--canary-band: give a share above 0, such as 0.05.");
        }

        if (parsed.GetValue(taintedShare) is not (>= 0 and <= 1))
        {
            problems.Add("--tainted-share: give a share from 0 to 1, such as 0.1.");
        }

        if (parsed.GetValue(baselineBuild) is { } folder && !File.Exists(Path.Combine(folder, "lt2")) && !File.Exists(Path.Combine(folder, "lt2.dll")))
        {
            problems.Add($"--baseline-build {folder}: there is no program lt2 in it. Make one: dotnet publish harness -c Release -o DIR");
        }

        if (parsed.GetValue(measureAgain) && parsed.GetValue(baselineBuild) is null && !KeptBuilds.Any(outputRoot))
        {
            problems.Add("--measure-again needs the baseline program: name it with --baseline-build, or keep it with the pin (lt2 pin --keep-build).");
        }

        return problems.Count == 0
            ? new GateRequest(
                outputRoot,
                run,
                parsed.GetValue(baselineBuild),
                devices,
                parsed.GetValue(confirmations),
                parsed.GetValue(measureAgain),
                new GateOptions(Pairs: parsed.GetValue(pairs), CanaryBand: parsed.GetValue(canaryBand), TaintedShare: parsed.GetValue(taintedShare)),
                wanted, parsed.GetValue(json), parsed.GetValue(notify))
            : throw new PlanException(problems);
    }
}
