using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Statistics;

/// <summary>Sums numerators and denominators over clusters, in the order in which clusters first appear.</summary>
public static class ClusterSums
{
    /// <summary>One pair a cluster; a sample without cluster is its own. Samples with and without clusters must not be mixed.</summary>
    public static IReadOnlyList<(double Numerator, double Denominator)> Of(IReadOnlyList<SampleRecord> samples)
    {
        var unclustered = samples.Where(sample => sample.ClusterId is null).Take(1).ToList();
        if (unclustered.Count == 0)
        {
            return [.. samples.GroupBy(sample => sample.ClusterId, StringComparer.Ordinal)
                .Select(cluster => (cluster.Sum(sample => sample.Numerator), cluster.Sum(sample => sample.Denominator)))];
        }
        if (samples.FirstOrDefault(sample => sample.ClusterId is not null) is { } clustered)
        {
            throw new ResultsException(
                ResultsProblem.RecordsInconsistent,
                $"Sample '{unclustered[0].SampleId}' of metric '{unclustered[0].Metric}' has no cluster although '{clustered.SampleId}' has '{clustered.ClusterId}'. "
                + "Standard errors would be wrong: state a cluster for every sample of the case, or for none.");
        }
        return [.. samples.Select(sample => (sample.Numerator, sample.Denominator))];
    }
}
