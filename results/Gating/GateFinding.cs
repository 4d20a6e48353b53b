using LT2.Eval.Results.Records;

namespace LT2.Eval.Results.Gating;

/// <summary>One line of the gate's report.</summary>
/// <param name="Family"><c>validity</c>, <c>quality</c>, <c>latency</c>, <c>memory</c>.</param>
/// <param name="Layer">Rule that said it: <c>canary</c>, <c>missing</c>, <c>compare</c>, <c>weights</c>, <c>recipe</c>, <c>numerics</c>, <c>confirm</c>, <c>trend</c>, <c>ratchet</c>.</param>
/// <param name="Status">Status.</param>
/// <param name="Key">Series; null for the whole run.</param>
/// <param name="Message">One sentence with the numbers.</param>
public sealed record GateFinding(string Family, string Layer, FindingStatus Status, SeriesKey? Key, string Message);
