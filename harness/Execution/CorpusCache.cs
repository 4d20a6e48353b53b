using System.Collections.Concurrent;
using LT2.Eval.Harness.Plans;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Tokenization;

namespace LT2.Eval.Harness.Execution;

/// <summary>Training texts as tokens, read and tokenised once a process.</summary>
/// <param name="suites">Known suites.</param>
/// <param name="data">Where data sets lie.</param>
public sealed class CorpusCache(IReadOnlyList<ISuite> suites, IDataLocator data)
{
    /// <summary>Where data sets lie.</summary>
    public IDataLocator Data => data;

    private readonly ConcurrentDictionary<(string Case, ITokenizer? Tokenizer), Lazy<int[]>> texts = new();

    private readonly ConcurrentDictionary<TrainingTokenizer, Lazy<ITokenizer>> tokenizers = new();

    /// <summary>The tokenizer itself, loaded once; null for bytes.</summary>
    /// <exception cref="TaskException">Its file or vocabulary is missing or unreadable.</exception>
    public ITokenizer? Tokenizer(TrainingTokenizer? named) => named is null ? null
        : tokenizers.GetOrAdd(named, _ => new Lazy<ITokenizer>(() => TokenizerCatalogue.Load(named.NameOrPath, data))).Value;

    /// <summary>The joined tokens of a case's training documents; each document ends with the end-of-text id, where there is one.</summary>
    /// <param name="item">The case.</param>
    /// <param name="tokenizer">How text becomes tokens; null for bytes.</param>
    public IReadOnlyList<int> Tokens(ICase item, ITokenizer? tokenizer = null) => texts.GetOrAdd(
        ($"{CaseText.Name(item)};{CaseText.Parameters(item)}", tokenizer is ByteTokenizer ? null : tokenizer),
        _ => new Lazy<int[]>(() => Tokenize(item, tokenizer ?? new ByteTokenizer()))).Value;

    private int[] Tokenize(ICase item, ITokenizer tokenizer)
    {
        var suite = suites.First(suite => suite.Id == item.SuiteId) as ICorpusSuite
            ?? throw new PlanException($"Suite '{item.SuiteId}' offers no training text; train on a suite whose training need is 'corpus'.");
        var tokens = new List<int>();
        foreach (var document in suite.LoadTrainingDocuments(item, data))
        {
            tokens.AddRange(tokenizer.Encode(document.Text));
            if (tokenizer.EndOfTextId is { } end)
            {
                tokens.Add(end);
            }
        }

        return [.. tokens];
    }
}
