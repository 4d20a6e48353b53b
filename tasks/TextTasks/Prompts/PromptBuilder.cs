using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Python;

namespace LT2.Eval.Tasks.TextTasks.Prompts;

/// <summary>Puts description, shots and a document's own context together, and makes the requests from them.</summary>
/// <param name="task">The task.</param>
public sealed class PromptBuilder(TaskDefinition task)
{
    private const int DefaultNewTokens = 256;

    /// <summary>What stands before a document's own context: description, then for each shot context, delimiter, answer, delimiter.</summary>
    public string CreatePrefix(string description, IEnumerable<PreparedDocument> shots) =>
        description + string.Concat(shots.Select(shot => ShotContext(shot) + task.TargetDelimiter + Answer(shot) + task.FewShotDelimiter));

    /// <summary>The requests of a document, in a fixed order.</summary>
    public IReadOnlyList<TextRequest> CreateRequests(string prefix, PreparedDocument document)
    {
        var context = prefix + document.Context;
        switch (task.OutputType)
        {
            case OutputType.LogLikelihood:
                return [new LogLikelihoodRequest(context, PythonFormat.Str(document.Target))];
            case OutputType.LogLikelihoodRolling:
                return [new RollingLogLikelihoodRequest(PythonFormat.Str(document.Target))];
            case OutputType.GenerateUntil:
                return [new GenerateUntilRequest(context, StopStrings, MaximumNewTokens)];
            default:
                var choices = document.Choices!;
                var conditional = document.ContextIndex is null
                    ? choices.Select(choice => new LogLikelihoodRequest(context, task.TargetDelimiter + choice))
                    : choices.Select(choice => new LogLikelihoodRequest(prefix + choice, task.TargetDelimiter + PythonFormat.Str(document.Target)));
                var unconditional = task.Metrics.Any(metric => metric.Metric == "acc_mutual_info")
                    ? choices.Select(choice => new LogLikelihoodRequest(string.Empty, task.TargetDelimiter + choice))
                    : [];
                return [.. conditional, .. unconditional];
        }
    }

    /// <summary>Strings that end generation: those of the task, else what stands between shots (an empty delimiter ends nothing).</summary>
    public IReadOnlyList<string> StopStrings => task.GenerationSettings?.GetValueOrDefault("until") switch
    {
        string one => [one],
        IReadOnlyList<object?> list => [.. list.Select(PythonFormat.Str)],
        _ => task.FewShotDelimiter.Length > 0 ? [task.FewShotDelimiter] : [],
    };

    /// <summary>Most tokens to generate.</summary>
    public int MaximumNewTokens => task.GenerationSettings?.GetValueOrDefault("max_gen_toks") is long tokens ? (int)tokens : DefaultNewTokens;

    private static string ShotContext(PreparedDocument shot) => shot.ContextIndex is { } index ? shot.Choices![index] : shot.Context;

    private static string Answer(PreparedDocument shot) => shot.Target switch
    {
        long index when shot.Choices is { } choices && shot.ContextIndex is null => choices[(int)index],
        IReadOnlyList<object?> { Count: > 0 } list when shot.Choices is { } choices && list[0] is long index => choices[(int)index],
        IReadOnlyList<object?> { Count: > 0 } list => PythonFormat.Str(list[0]),
        var text => PythonFormat.Str(text),
    };
}
