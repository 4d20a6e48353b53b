using System.Collections.Immutable;
using LT2.Eval.Reports.Text;
using LT2.Eval.Reports.Views;

namespace LT2.Eval.Reports.Charts;

/// <summary>What the charts of latency against loop count do not show.</summary>
internal static class LoopLatencyText
{
    /// <summary>Timed models without a line, one sentence for each reason; empty where every one has a line.</summary>
    /// <param name="curves">Every curve of the run.</param>
    /// <param name="drawn">What is drawn.</param>
    public static string NotDrawn(ImmutableArray<LatencyCurve> curves, ImmutableArray<LoopLatency> drawn)
    {
        var lines = drawn.Select(line => (line.VariantId, line.Phase, line.BatchSize)).ToHashSet();
        var absent = curves.GroupBy(curve => (curve.VariantId, curve.Phase, curve.BatchSize)).Where(group => !lines.Contains(group.Key))
            .Select(group => (group.Key.VariantId, group.Key.Phase, HasOneCount: group.Count() == 1)).ToArray();
        return string.Join(' ', new[]
        {
            Sentence("timed at one loop count only", absent.Where(line => line.HasOneCount)),
            Sentence("timed at no length that the others have too", absent.Where(line => !line.HasOneCount)),
        }.Where(sentence => sentence.Length > 0));

        static string Sentence(string reason, IEnumerable<(string VariantId, string Phase, bool HasOneCount)> lines)
        {
            var variants = lines.GroupBy(line => line.VariantId).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{VisibleText.Of(group.Key)} ({string.Join(", ", group.Select(line => VisibleText.Of(line.Phase)).Distinct().Order(StringComparer.Ordinal))})").ToArray();
            return variants.Length == 0 ? "" : $"Not drawn, {reason}: {string.Join("; ", variants)}.";
        }
    }
}
