using System.CommandLine;
using System.Text.Json;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Gating;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Harness.Timing;
using LT2.Eval.Results.Gating;
using LT2.Eval.Results.Records;
using LT2.Eval.Results.Store;

namespace LT2.Eval.Harness.Commands;

/// <summary><c>lt2 compare</c>: two runs, or two variants or loop counts of one, paired sample by sample, with intervals and verdicts.</summary>
internal sealed class CompareVerb : IVerb
{
    /// <inheritdoc />
    public Command Create(CommandEnvironment environment)
    {
        var first = new Argument<string>("baseline") { Description = "Run id or its beginning, a commit, or pin (the accepted run of the other's plan)." };
        var second = new Argument<string?>("candidate") { Description = "The same; left out: the baseline's run, for --variants and the loop counts.", Arity = ArgumentArity.ZeroOrOne };
        var variants = new Option<string?>("--variants") { Description = "Baseline's and candidate's variant, comma-separated; one name keeps to it on both sides." };
        var trained = CommonOptions.Integers("--trained-loops", "Baseline's and candidate's trained loop count T; one number for both", []);
        var tested = CommonOptions.Integers("--tested-loops", "Baseline's and candidate's tested loop count T'; one number for both", []);
        var slices = new Option<bool>("--slices") { Description = "Show slices of the samples too (exploratory)." };
        var all = new Option<bool>("--all") { Description = "List equivalent series and every refused one too, however many." };
        var markdown = new Option<bool>("--markdown") { Description = "Print Markdown." };
        var noPage = new Option<bool>("--no-page") { Description = "Do not write the pages." };
        var output = CommonOptions.Out();
        var json = CommonOptions.Json();
        var command = new Command("compare", """
            Compare two runs sample by sample: differences with intervals, verdicts, flips; what cannot be compared is refused with the reason.

            Example: lt2 compare pin 20260301T02
            """) { first, second, variants, trained, tested, slices, all, markdown, noPage, output, json };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(output)!;
            using var store = ResultStore.Open(RunFolder.StoreBelow(root), StoreAccess.ReadOnly);
            var (baseline, candidate) = Runs(store, root, parsed.GetValue(first)!, parsed.GetValue(second) ?? parsed.GetValue(first)!);
            var names = OneOrTwo("--variants", parsed.GetValue(variants)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []);
            var trainedLoops = OneOrTwo("--trained-loops", parsed.GetValue(trained)!);
            var testedLoops = OneOrTwo("--tested-loops", parsed.GetValue(tested)!);
            var report = RunComparison.Compare(
                new ComparisonSide(store, baseline.RunId, names.FirstOrDefault(), First(trainedLoops), First(testedLoops)),
                new ComparisonSide(store, candidate.RunId, names.LastOrDefault(), Last(trainedLoops), Last(testedLoops)));

            // The canary is no result, a rate without samples says what its latency says, and operation counts follow from the variant.
            report = report with { Refused = [.. report.Refused.Where(item => !CanarySeries.Is(item.Key) && item.Key.Metric is not ("tokens_per_second" or TimeRecords.FlopsPerToken))] };
            if (report.Rows.Count == 0)
            {
                throw new ResultsException(ResultsProblem.NotComparable, NothingComparable(report));
            }

            if (parsed.GetValue(json))
            {
                environment.Output.WriteLine(JsonSerializer.Serialize(ComparisonJson.Of(report), JsonOutput.Options));
                return ExitCodes.Success;
            }

            var shown = report with
            {
                Rows = [.. report.Rows.Where(row => parsed.GetValue(slices) || row.Key.Slice is null)],
                Refused = [.. report.Refused.Where(item => parsed.GetValue(slices) || item.Key.Slice is null)],
            };
            environment.Output.Write(ComparisonText.Write(shown, parsed.GetValue(markdown), parsed.GetValue(all)));
            environment.Output.WriteLine(Counts(report.Rows));
            if (!parsed.GetValue(noPage))
            {
                environment.Output.WriteLine($"Report: {ComparisonPage.Write(store, root, candidate.RunId, baseline.RunId)}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static (RunRecord Baseline, RunRecord Candidate) Runs(ResultStore store, string root, string first, string second)
    {
        const string pin = "pin";
        if (first == pin && second == pin)
        {
            throw new PlanException("Both sides are 'pin': name the run that is compared with it.");
        }

        if (first == pin)
        {
            var candidate = StoredRuns.Choose(store, second);
            return (Pinned(store, root, candidate), candidate);
        }

        var baseline = StoredRuns.Choose(store, first);
        return (baseline, second == pin ? Pinned(store, root, baseline) : StoredRuns.Choose(store, second));
    }

    private static RunRecord Pinned(ResultStore store, string root, RunRecord other)
    {
        var pin = PinFile.Read(PinnedRuns.PathOf(root, other.PlanName));
        return store.Runs().FirstOrDefault(run => run.RunId == pin.RunId)
            ?? throw new PlanException($"The pinned run '{pin.RunId}' of plan '{other.PlanName}' is not in this store. Merge the store that holds it: lt2 merge STORE.");
    }

    private static T[] OneOrTwo<T>(string option, T[] values) => values.Length <= 2
        ? values
        : throw new PlanException($"{option} has {values.Length} values; give the baseline's and the candidate's, or one for both.");

    private static int? First(int[] values) => values.Length == 0 ? null : values[0];

    private static int? Last(int[] values) => values.Length == 0 ? null : values[^1];

    private static string NothingComparable(ComparisonReport report)
    {
        const int shown = 5;
        var reasons = report.Refused.Take(shown).Select(item => $"{Environment.NewLine}  {SeriesTitle.Of(item.Key)}: {item.Reason}");
        var rest = report.Refused.Count > shown ? $"{Environment.NewLine}  and {report.Refused.Count - shown} more" : "";
        return $"Nothing of '{report.Baseline.RunId}' and '{report.Candidate.RunId}' can be compared."
            + (report.Refused.Count == 0 ? " No series of either is left by the variants and loop counts named." : string.Concat(reasons) + rest);
    }

    private static string Counts(IReadOnlyList<MetricComparison> rows) =>
        string.Join(", ", Enum.GetValues<ComparisonVerdict>().Select(verdict => $"{rows.Count(row => row.Verdict == verdict)} {StoredName.Of(verdict)}"))
        + $"; {rows.Sum(row => row.Flips.Count)} samples changed.";
}
