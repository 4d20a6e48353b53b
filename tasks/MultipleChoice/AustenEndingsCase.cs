using System.Text.RegularExpressions;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.MultipleChoice;

/// <summary>
/// A passage of a held-out novel and four sentences, of which one follows it. The others follow other passages, in other chapters
/// of the same novel, and are of similar length.
/// </summary>
public sealed partial class AustenEndingsCase : MultipleChoiceItemCase
{
    internal const string Id = "austen-endings";

    private const int ShortestContext = 64, ShortestEnding = 24, LongestEnding = 120, SimilarLengths = 24;

    private readonly int documents;
    private readonly int seed;
    private readonly int contextCharacters;

    internal AustenEndingsCase(CaseOptions options)
    {
        Parameters = options.Canonical;
        documents = options.Integer("documents");
        seed = options.Integer("seed");
        contextCharacters = options.Integer("contextCharacters");
    }

    /// <inheritdoc/>
    public override string TaskId => Id;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Parameters { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<TextDocument> LoadDocuments(IDataLocator data)
    {
        var passages = AustenLibrary.ReadChapters(data, AustenLibrary.HeldOutNovels).SelectMany(PassagesOf).ToList();
        var byLength = passages.GroupBy(passage => passage.Chapter.Novel)
            .ToDictionary(group => group.Key, group => group.OrderBy(passage => passage.Ending.Length).ToList());

        // Items do not depend on how many are asked for: item i is the i-th of one order that the seed gives.
        var itemSeed = new SampleSeed(SuiteId, SuiteVersion, Id, new Dictionary<string, string>());
        var order = itemSeed.CreateRandom(SampleSplit.Test, seed, long.MaxValue).Permutation(passages.Count);
        return [.. order.Take(documents).Select((passage, index) =>
            CreateItem(passages[passage], byLength[passages[passage].Chapter.Novel], itemSeed.CreateRandom(SampleSplit.Test, seed, index), index))];
    }

    /// <summary>Sentences of a text whose words stand one blank apart.</summary>
    internal static IReadOnlyList<string> Sentences(string text)
    {
        var sentences = new List<string>();
        var start = 0;
        foreach (Match match in SentenceEnd().Matches(text))
        {
            sentences.Add(text[start..match.Index]);
            start = match.Index + match.Length;
        }

        sentences.Add(text[start..]);
        return sentences;
    }

    private static TextDocument CreateItem(Passage passage, List<Passage> byLength, SampleRandom random, int index)
    {
        // Neighbours in order of length, nearest first, so that length gives nothing away.
        var here = byLength.IndexOf(passage);
        var others = Enumerable.Range(1, byLength.Count)
            .SelectMany(distance => new[] { here - distance, here + distance })
            .Where(other => other >= 0 && other < byLength.Count)
            .Select(other => byLength[other])
            .Where(other => other.Chapter.Id != passage.Chapter.Id && other.Ending != passage.Ending)
            .DistinctBy(other => other.Ending)
            .Take(SimilarLengths)
            .ToList();
        var choices = random.Distinct(others.Count, ChoiceCount - 1).Select(other => others[other].Ending).ToList();
        var gold = random.Below(ChoiceCount);
        choices.Insert(gold, passage.Ending);
        return CreateDocument($"{Id}/{index}", passage.Chapter.Id, passage.Context, choices, gold);
    }

    private IEnumerable<Passage> PassagesOf(NovelChapter chapter)
    {
        var text = string.Join(' ', chapter.Text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        var start = 0;
        foreach (var sentence in Sentences(text))
        {
            if (start > ShortestContext && sentence.Length is >= ShortestEnding and <= LongestEnding)
            {
                yield return new Passage(chapter, CutAtWord(text[..(start - 1)], contextCharacters), sentence);
            }

            start += sentence.Length + 1;
        }
    }

    private static string CutAtWord(string text, int characters) => text.Length <= characters
        ? text
        : text[(text.IndexOf(' ', text.Length - characters - 1) + 1)..];

    // A full stop ends a sentence unless it belongs to a title or an initial.
    [GeneratedRegex(@"(?<=[.!?][""'”’]?)(?<!\b(?:Mr|Mrs|Dr|Sir|St|Esq|[A-Z])\.) (?=[""'“‘A-Z])")]
    private static partial Regex SentenceEnd();

    private sealed record Passage(NovelChapter Chapter, string Context, string Ending);
}
