using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.MultipleChoice;

/// <summary>
/// A definition and four words, of which one is defined. The others belong to the same lexicographer file (topic and part of
/// speech) and are about as frequent in WordNet's tagged texts.
/// </summary>
public sealed class WordNetDefinitionsCase : MultipleChoiceItemCase
{
    internal const string Id = "wordnet-definitions";

    private const int ShortestDefinition = 16, LongestDefinition = 160, SimilarFrequencies = 24;

    private readonly int documents;
    private readonly int seed;

    internal WordNetDefinitionsCase(CaseOptions options)
    {
        Parameters = options.Canonical;
        documents = options.Integer("documents");
        seed = options.Integer("seed");
    }

    /// <inheritdoc/>
    public override string TaskId => Id;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data)
    {
        var synsets = WordNet.Read(data).Where(IsUsable).ToList();
        var byFrequency = synsets.GroupBy(synset => synset.LexicographerFile)
            .ToDictionary(group => group.Key, group => group.OrderBy(synset => synset.Frequency).ThenBy(synset => synset.Id, StringComparer.Ordinal).ToList());
        var places = byFrequency.Values.SelectMany(topic => topic.Select((synset, place) => (synset.Id, place))).ToDictionary(pair => pair.Id, pair => pair.place);
        var items = synsets.Where(synset => byFrequency[synset.LexicographerFile].Count > SimilarFrequencies).ToList();
        var itemSeed = new SampleSeed(SuiteId, SuiteVersion, Id, new Dictionary<string, string>());
        var order = itemSeed.CreateRandom(SampleSplit.Test, seed, long.MaxValue).Permutation(items.Count);
        return [.. order.Take(documents).Select((item, index) => CreateItem(
            items[item], byFrequency[items[item].LexicographerFile], places[items[item].Id], itemSeed.CreateRandom(SampleSplit.Test, seed, index), index))];
    }

    // Plain common words with a definition that does not give them away.
    private static bool IsUsable(WordNetSynset synset) =>
        synset.Frequency > 0
        && synset.Words[0].All(letter => letter is >= 'a' and <= 'z')
        && synset.Words[0].Length >= 3
        && synset.Definition.Length is >= ShortestDefinition and <= LongestDefinition
        && !synset.Definition.Contains(synset.Words[0], StringComparison.OrdinalIgnoreCase);

    private static TextDocument CreateItem(WordNetSynset synset, List<WordNetSynset> topic, int place, SampleRandom random, int index)
    {
        var others = Enumerable.Range(1, topic.Count)
            .SelectMany(distance => new[] { place - distance, place + distance })
            .Where(other => other >= 0 && other < topic.Count)
            .Select(other => topic[other].Words[0])
            .Where(word => !synset.Words.Contains(word) && !synset.Definition.Contains(word, StringComparison.OrdinalIgnoreCase))
            .Distinct()
            .Take(SimilarFrequencies)
            .ToList();
        var choices = random.Distinct(others.Count, ChoiceCount - 1).Select(other => others[other]).ToList();
        var gold = random.Below(ChoiceCount);
        choices.Insert(gold, synset.Words[0]);
        return CreateDocument($"{Id}/{index}", null, $"Definition: {synset.Definition}\nWord:", choices, gold);
    }
}
