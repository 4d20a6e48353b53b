using LT2.Eval.Results.Records;
using LT2.Eval.Tasks.Contracts;

namespace LT2.Eval.Harness.Export;

/// <summary>One text case of a stored run, as one readout of one model answered it.</summary>
/// <param name="Name">Name in the files; the task's id, with its parameters where a run has the task twice.</param>
/// <param name="Metrics">Its values, slices among them.</param>
/// <param name="Samples">Its samples' scores.</param>
/// <param name="Responses">By sample, in the order in which the case asks; empty in stores from before they were kept.</param>
/// <param name="Case">The case; null where this build no longer knows it.</param>
/// <param name="Documents">By id; empty where the data set is not on this machine.</param>
internal sealed record StoredTextTask(
    string Name,
    IReadOnlyList<MetricRecord> Metrics,
    IReadOnlyList<SampleRecord> Samples,
    ILookup<string, ResponseRecord> Responses,
    ITextCase? Case,
    IReadOnlyDictionary<string, TextDocument> Documents)
{
    /// <summary>Values over all samples; those of slices are not part of the layout.</summary>
    public IEnumerable<MetricRecord> Whole => Metrics.Where(metric => metric.Key.Slice is null);

    /// <summary>Documents that were scored.</summary>
    public int SampleCount => Samples.Where(sample => sample.Slice is null).Select(sample => sample.SampleId).Distinct(StringComparer.Ordinal).Count();
}
