namespace LT2.Eval.Results.Records;

/// <summary>
/// The same measurement through time. Seed, build and weight hash belong to the run, never to the key.
/// Absent parts are null (text) or null (numbers), never an empty stand-in.
/// </summary>
/// <param name="SuiteId">Suite, or <c>timing</c> and <c>training</c> for the harness's own measurements.</param>
/// <param name="SuiteVersion">Its version.</param>
/// <param name="TaskId">Task.</param>
/// <param name="CaseParameters">Canonical <c>name=value</c> pairs joined by <c>;</c>, sorted by name.</param>
/// <param name="Shots">Few-shot examples.</param>
/// <param name="Split">Split that was scored; null for times.</param>
/// <param name="DataHash">Hash of the data set, or of the generator's first samples.</param>
/// <param name="Metric">Metric name.</param>
/// <param name="Slice">Subset of samples; null for all.</param>
/// <param name="VariantId"><c>name@scale</c>.</param>
/// <param name="RecipeHash">Hash of the training recipe, for scores of a learning-rate sweep of all of its recipes; null where nothing was trained.</param>
/// <param name="TrainedLoopCount">T.</param>
/// <param name="TestedLoopCount">T′.</param>
/// <param name="Dtype">Compute dtype.</param>
/// <param name="BatchSize">Sequences in a batch.</param>
/// <param name="Phase">For times: prefill, decode, train.</param>
/// <param name="SequenceLength">For times: tokens.</param>
/// <param name="KernelSelection">For times: which kernels ran.</param>
/// <param name="HostClass">For times: GPU model and count, or CPU model and threads.</param>
public sealed record SeriesKey(
    string SuiteId,
    int SuiteVersion,
    string TaskId,
    string CaseParameters,
    int Shots,
    string? Split,
    string? DataHash,
    string Metric,
    string? Slice,
    string VariantId,
    string? RecipeHash,
    int? TrainedLoopCount,
    int? TestedLoopCount,
    string Dtype,
    int BatchSize,
    string? Phase = null,
    int? SequenceLength = null,
    string? KernelSelection = null,
    string? HostClass = null);
