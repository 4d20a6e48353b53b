namespace LT2.Eval.Harness.Commands;

/// <summary>What <c>lt2 eval</c> was asked beside the task.</summary>
/// <param name="Checkpoint">Checkpoint folder; null for the hash model.</param>
/// <param name="LoopCounts">Tested loop counts; empty for the trained one.</param>
/// <param name="Samples">Most samples or documents; null for the default.</param>
/// <param name="TestSetSeed">Seed of the test samples.</param>
/// <param name="BatchSize">Sequences in a batch.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Dtype">Name of the compute dtype.</param>
/// <param name="Data">Folder of data sets; null for the default.</param>
/// <param name="Json">Print one JSON document.</param>
/// <param name="HarnessLayoutFolder">Where files in lm-evaluation-harness's layout go; null for none.</param>
/// <param name="BootstrapIterations">Resamples for standard errors of perplexities; null for the default.</param>
internal sealed record EvalSettings(
    string? Checkpoint,
    IReadOnlyList<int> LoopCounts,
    int? Samples,
    long TestSetSeed,
    int BatchSize,
    string Device,
    string Dtype,
    string? Data,
    bool Json,
    string? HarnessLayoutFolder,
    int? BootstrapIterations);
