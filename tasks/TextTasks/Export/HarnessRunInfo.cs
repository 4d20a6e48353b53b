namespace LT2.Eval.Tasks.TextTasks.Export;

/// <summary>What a results file in lm-evaluation-harness's layout says about the run.</summary>
/// <param name="Model">Kind of model: <c>config.model</c>.</param>
/// <param name="ModelArguments">Its settings in order; the loop count belongs here, as <c>loops</c>.</param>
/// <param name="ModelName">Name for people and folders.</param>
/// <param name="GitHash">Commit of the program that ran; null if unknown.</param>
/// <param name="BootstrapIterations">Resamples for standard errors of perplexities.</param>
/// <param name="BatchSize">Batch size; null if it has none.</param>
/// <param name="Device">Device; null if it has none.</param>
/// <param name="Limit">Most documents of a task; null for all.</param>
/// <param name="TokenizerFields">Further fields (<c>tokenizer_eos_token</c>, <c>max_length</c>, …) in order; empty for none.</param>
/// <param name="EvaluationSeconds">How long it took.</param>
public sealed record HarnessRunInfo(
    string Model,
    IReadOnlyDictionary<string, object?> ModelArguments,
    string ModelName,
    string? GitHash,
    int BootstrapIterations,
    int? BatchSize,
    string? Device,
    int? Limit,
    IReadOnlyDictionary<string, object?> TokenizerFields,
    double EvaluationSeconds)
{
    /// <summary>A run of <see cref="Requests.HashScorer"/>, with the settings of the reference's own such runs.</summary>
    public static HarnessRunInfo ForHashScorer(string? gitHash) => new(
        "HashLM",
        new OrderedDictionary<string, object?> { ["pretrained"] = "hash-lm" },
        "hash-lm",
        gitHash,
        BootstrapIterations: 1000,
        BatchSize: null,
        Device: null,
        Limit: null,
        new OrderedDictionary<string, object?>(),
        EvaluationSeconds: 0);
}
