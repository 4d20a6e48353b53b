namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>An entry of a task's <c>metric_list</c>.</summary>
/// <param name="Metric">Name.</param>
/// <param name="Fields">Every field as written, in order.</param>
public sealed record MetricEntry(string Metric, IReadOnlyDictionary<string, object?> Fields)
{
    /// <summary>How values of documents become one: <c>mean</c>, <c>perplexity</c>, <c>weighted_perplexity</c>, <c>bits_per_byte</c>, <c>brier_score</c>.</summary>
    public string Aggregation => Fields.TryGetValue("aggregation", out var value) && value is string name ? name : Metric switch
    {
        "perplexity" => "perplexity",
        "word_perplexity" or "byte_perplexity" => "weighted_perplexity",
        "bits_per_byte" => "bits_per_byte",
        "brier_score" => "brier_score",
        _ => "mean",
    };

    /// <summary>Whether more is better.</summary>
    public bool HigherIsBetter => Fields.TryGetValue("higher_is_better", out var value) && value is bool flag
        ? flag
        : Metric is not ("perplexity" or "word_perplexity" or "byte_perplexity" or "bits_per_byte" or "brier_score");

    /// <summary>A switch such as <c>ignore_case</c>.</summary>
    public bool Flag(string name) => Fields.TryGetValue(name, out var value) && value is true;
}
