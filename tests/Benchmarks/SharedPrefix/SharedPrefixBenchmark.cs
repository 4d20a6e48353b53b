using System.Text;
using LT2.Eval.Harness.Execution;
using LT2.Eval.Harness.Execution.Batching;
using LT2.Eval.Harness.Provenance;
using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Runtime;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.TextTasks.Definitions;
using LT2.Eval.Tasks.TextTasks.Export;
using LT2.Eval.Tasks.TextTasks.Requests;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Benchmarks.SharedPrefix;

/// <summary>Scores the shipped documents of every multiple-choice task with and without shared prefixes, in turns, bytes as tokens, an untrained model.</summary>
/// <param name="variant">The model.</param>
/// <param name="onlyTasks">Tasks; none for all.</param>
/// <param name="pairs">Pairs of measurements.</param>
/// <param name="leastBytes">Of contexts and continuations: the few shipped documents are repeated until a task has so much to read.</param>
internal sealed class SharedPrefixBenchmark(string variant, IReadOnlyList<string> onlyTasks, int pairs, int leastBytes)
{
    private const int BatchSize = 100, MaximumLength = 2048, LoopCount = 2, WarmUpRequests = 8;

    private const int MmluShots = 5; // as it is usually reported

    /// <summary>The tasks: every one with choices, MMLU by one of its subjects, and once more with its usual shots.</summary>
    internal static IReadOnlyList<(string Task, int Shots)> Tasks { get; } =
    [
        .. TaskCatalogue.BuiltIn.Tasks.Where(task => task.OutputType == OutputType.MultipleChoice && (!task.Name.StartsWith("mmlu_", StringComparison.Ordinal) || task.Name == "mmlu_anatomy"))
            .Select(task => (task.Name, 0)),
        ("mmlu_anatomy", MmluShots),
    ];

    internal IEnumerable<SharedPrefixFigure> Measure()
    {
        TorchRuntime.SetThreads(1); // and processor time, so that a busy machine changes little
        var device = ComputeDevice.Resolve("cpu");
        var tokenizer = new ByteTokenizer();
        var definition = VariantCatalogue.Load().Resolve(variant).WithVocabulary(tokenizer.VocabularySize).WithMaximumLength(MaximumLength);
        using var model = LoopedModel.Create(definition, 1, device);
        var shared = new TokenScorer(model, device, tokenizer, MaximumLength, BatchSize);
        var whole = new TokenScorer(model, device, tokenizer, MaximumLength, BatchSize, sharePrefixes: false);
        foreach (var (name, shots) in Tasks.Where(item => onlyTasks.Count == 0 || onlyTasks.Contains(item.Task)))
        {
            var (requests, documents) = Requests(TaskCatalogue.BuiltIn.Get(name), shots);
            Score(shared, WarmUp(requests));
            Score(whole, WarmUp(requests));
            var times = Enumerable.Range(0, pairs).Select(_ => (Whole: Score(whole, requests), Shared: Score(shared, requests))).ToList();
            var batches = whole.Plan(requests, ScoringLimits.Of(definition, LoopCount, !device.IsCuda, BatchSize));
            var (tokens, least) = (batches.Sum(batch => batch.Tokens), LeastTokens(requests, batches));
            var (allowed, speedUp) = ((double)tokens / least, Median(times.Select(pair => pair.Whole / pair.Shared)));
            yield return new SharedPrefixFigure(
                name, shots, variant, documents, tokens, least, Math.Round(allowed, 3), Math.Round(speedUp, 3), Math.Round(speedUp / allowed, 3),
                Math.Round(Median(times.Select(pair => pair.Whole)), 2), Math.Round(Median(times.Select(pair => pair.Shared)), 2), pairs, Surroundings());
        }
    }

    private (IReadOnlyList<TextRequest> Requests, int Documents) Requests(TaskDefinition task, int shots)
    {
        var scorer = new Recorder();
        TaskEvaluation.Evaluate(task, task.Examples!, shots, task.Examples, scorer, CancellationToken.None);
        var bytes = scorer.Requests.Cast<LogLikelihoodRequest>().Sum(request => Encoding.UTF8.GetByteCount(request.Context + request.Continuation));
        var repetitions = (leastBytes + bytes - 1) / bytes;
        return ([.. Enumerable.Repeat(scorer.Requests, repetitions).SelectMany(requests => requests)], task.Examples!.Count * repetitions);
    }

    private static IReadOnlyList<TextRequest> WarmUp(IReadOnlyList<TextRequest> requests) => [.. requests.Take(WarmUpRequests)];

    private static double Score(TokenScorer scorer, IReadOnlyList<TextRequest> requests)
    {
        var before = Environment.CpuUsage.TotalTime;
        scorer.Score(requests, [LoopCount], (_, _) => { }, CancellationToken.None);
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    }

    // Counted here a second time, from the inputs alone.
    private static int LeastTokens(IReadOnlyList<TextRequest> requests, IReadOnlyList<ScoringBatch> batches)
    {
        var inputs = batches.SelectMany(batch => batch.Rows).ToDictionary(item => item.Row.Windows[0].RequestIndex, item => item.Row.InputIds);
        return RequestDocuments.Split(requests).Sum(document =>
        {
            var rows = document.Select(index => inputs[index]).DistinctBy(ids => string.Join(',', ids)).ToList();
            var common = Enumerable.Range(0, rows.Min(row => row.Count)).TakeWhile(i => rows.All(row => row[i] == rows[0][i])).Count();
            return common + rows.Sum(row => row.Count - common);
        });
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static Dictionary<string, string> Surroundings() => HostDescription.Describe()
        .Concat(TorchRuntime.Describe().Where(entry => entry.Item1 is "TorchSharp" or "libtorch" or "threads"))
        .Append(("program.commit", BuildIdentity.Current.Commit ?? "unknown")).ToDictionary(entry => entry.Item1, entry => entry.Item2);

    private sealed class Recorder : IRequestScorer
    {
        public IReadOnlyList<TextRequest> Requests { get; private set; } = [];

        public IReadOnlyList<TextResponse> Score(IReadOnlyList<TextRequest> requests, CancellationToken cancellation) =>
            new HashScorer().Score(Requests = requests, cancellation);
    }
}
