using System.Globalization;
using System.Text;

namespace LT2.Eval.Results.Gating.Simulation;

/// <summary>Measures the latency gate's false-alarm rate and power on <see cref="SimulatedNights"/>, with the same code that judges real nights.</summary>
public static class GateSimulation
{
    /// <summary>Nights of history before the first judged one.</summary>
    public const int HistoryNights = 20;

    private static readonly int[] Within = [1, 3, 7];

    /// <summary>Blocking findings per 30 quiet nights, and confirmations per night.</summary>
    /// <param name="sigma">Night-to-night noise of ln(time).</param>
    /// <param name="repetitions">Months that are simulated.</param>
    /// <param name="seriesCount">Series a night.</param>
    /// <param name="seed">Seed.</param>
    public static async Task<QuietNights> QuietAsync(double sigma, int repetitions, int seriesCount, ulong seed)
    {
        var (blocks, confirmations, mostInOneMonth) = (0, 0, 0);
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var nights = Start(sigma, seriesCount, seed + (ulong)repetition);
            var inMonth = 0;
            for (var night = 0; night < 30; night++)
            {
                nights.AddNight();
                var findings = await LatencyGate.EvaluateAsync(nights.Series(HistoryNights), nights, new GateOptions()).ConfigureAwait(false);
                inMonth += findings.Count(finding => finding.Status == FindingStatus.Blocking);
            }
            blocks += inMonth;
            confirmations += nights.Confirmations;
            mostInOneMonth = Math.Max(mostInOneMonth, inMonth);
        }
        return new(blocks / (double)repetitions, mostInOneMonth, confirmations / (30.0 * repetitions));
    }

    /// <summary>Share of series whose persisting slowdown is blocked within 1, 3 and 7 nights.</summary>
    public static async Task<IReadOnlyList<double>> CaughtAsync(double sigma, double slowdown, int repetitions, int seriesCount, ulong seed)
    {
        var caught = new int[Within.Length];
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var nights = Start(sigma, seriesCount, seed + (ulong)repetition);
            nights.TrueLogRatio = Math.Log(1 + slowdown);
            var blocked = new HashSet<string>();
            for (var night = 1; night <= Within[^1]; night++)
            {
                nights.AddNight();
                var findings = await LatencyGate.EvaluateAsync(nights.Series(HistoryNights), nights, new GateOptions()).ConfigureAwait(false);
                blocked.UnionWith(findings.Where(finding => finding.Status == FindingStatus.Blocking).Select(finding => finding.Key!.CaseParameters));
                for (var i = 0; i < Within.Length; i++)
                    caught[i] += night == Within[i] ? blocked.Count : 0;
            }
        }
        return [.. caught.Select(count => count / (double)(repetitions * seriesCount))];
    }

    /// <summary>The table of the documentation, as Markdown.</summary>
    public static async Task<string> TableAsync(int repetitions, int seriesCount, ulong seed)
    {
        var text = new StringBuilder("| σ night to night | confirmations a night | false blocks per 30 nights | +3 % within 1 / 3 / 7 nights | +5 % | +10 % |\n|---|---|---|---|---|---|\n");
        foreach (var sigma in new[] { 0.01, 0.02, 0.04 })
        {
            var quiet = await QuietAsync(sigma, repetitions, seriesCount, seed).ConfigureAwait(false);
            text.Append(CultureInfo.InvariantCulture, $"| {sigma:0 %} | {quiet.ConfirmationsPerNight:0.0} | {quiet.FalseBlocksPerMonth:0.##} |");
            foreach (var slowdown in new[] { 0.03, 0.05, 0.10 })
            {
                var caught = await CaughtAsync(sigma, slowdown, repetitions, seriesCount, seed + 1_000_000).ConfigureAwait(false);
                text.Append(CultureInfo.InvariantCulture, $" {string.Join(" / ", caught.Select(share => (100 * share).ToString("0.#", CultureInfo.InvariantCulture)))} % |");
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    private static SimulatedNights Start(double sigma, int seriesCount, ulong seed)
    {
        var nights = new SimulatedNights(sigma, seriesCount, seed);
        for (var night = 0; night < HistoryNights; night++)
            nights.AddNight();
        return nights;
    }
}
