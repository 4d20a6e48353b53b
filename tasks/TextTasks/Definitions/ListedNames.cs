using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.TextTasks.FewShot;
using LT2.Eval.Tasks.TextTasks.Functions;
using LT2.Eval.Tasks.TextTasks.Scoring;
using Map = System.Collections.Generic.IReadOnlyDictionary<string, object?>;

namespace LT2.Eval.Tasks.TextTasks.Definitions;

/// <summary>Checks what a definition names out of the program's lists: metrics, aggregations, filter functions, a sampler.</summary>
internal static class ListedNames
{
    /// <summary>The problems, in the order of the fields.</summary>
    /// <param name="fields">A definition's fields.</param>
    /// <param name="outputType">What it asks; null if that is unknown, and with it which metrics there are.</param>
    /// <param name="place">File it came from.</param>
    public static IEnumerable<string> Check(Map fields, OutputType? outputType, string place) =>
        [.. Metrics(fields, outputType, place), .. Filters(fields, place), .. Sampler(fields, place)];

    private static IEnumerable<string> Metrics(Map fields, OutputType? outputType, string place)
    {
        var function = (fields.GetValueOrDefault("process_results") as FunctionReference)?.Name;
        var (known, source) = function is null
            ? (outputType is { } type ? DocumentScorer.MetricNames(type) : null, $"output_type {fields.GetValueOrDefault("output_type")}")
            : (TaskFunctions.MetricNames(function), $"the function {function}");
        foreach (var entry in Items(fields, "metric_list").OfType<Map>())
        {
            if (entry.GetValueOrDefault("metric") is not string metric)
            {
                continue; // said with the fields that are needed
            }

            if (known is not null && !known.Contains(metric))
            {
                yield return $"{place}: the metric '{metric}' is not known for {source}. {NearestName.Hint(metric, known)}";
            }

            var aggregations = Aggregation.NamesFor(metric);
            if (entry.GetValueOrDefault("aggregation") is { } given && given is not string)
            {
                yield return $"{place}: the aggregation of the metric '{metric}' must be a name: {string.Join(", ", aggregations)}.";
            }
            else if (entry.GetValueOrDefault("aggregation") is string aggregation && !aggregations.Contains(aggregation))
            {
                yield return $"{place}: the metric '{metric}' has no aggregation '{aggregation}'. {NearestName.Hint(aggregation, aggregations)}";
            }
        }
    }

    private static IEnumerable<string> Filters(Map fields, string place)
    {
        foreach (var step in Items(fields, "filter_list").OfType<Map>().SelectMany(filter => Items(filter, "filter")))
        {
            if ((step as Map)?.GetValueOrDefault("function") is not string function)
            {
                yield return $"{place}: every step of a filter needs a field 'function' with a name: {string.Join(", ", GeneratedText.FilterNames)}.";
            }
            else if (!GeneratedText.FilterNames.Contains(function))
            {
                yield return $"{place}: there is no filter function '{function}'. {NearestName.Hint(function, GeneratedText.FilterNames)}";
            }
        }
    }

    private static IEnumerable<string> Sampler(Map fields, string place)
    {
        var sampler = (fields.GetValueOrDefault("fewshot_config") as Map)?.GetValueOrDefault("sampler");
        if (sampler is not null && !(sampler is string name && FewShotSampler.Names.Contains(name)))
        {
            yield return $"{place}: there is no few-shot sampler '{sampler}'. {NearestName.Hint(sampler.ToString()!, FewShotSampler.Names)}";
        }
    }

    private static IReadOnlyList<object?> Items(Map map, string field) => map.GetValueOrDefault(field) as IReadOnlyList<object?> ?? [];
}
