using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>
/// With h = (V − 1) / 2, keys are 0 … h − 1, values h … 2h − 1, insert is V − 1. Keys are uniform with replacement; the label stands at insert.
/// The map, a random bijection, depends on vocabulary and map seed alone, so cases of different length share it.
/// </summary>
internal sealed class MemorizationGenerator(int length, int vocabulary, int mapSeed) : SequenceGenerator
{
    private readonly int[] valueOf = CreateMap(vocabulary, mapSeed);

    public override int VocabularySize => vocabulary;

    public override int MaximumLength => length;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } = [AccuracyMetrics.CreateShare((vocabulary - 1) / 2, length / 2)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range((vocabulary - 1) / 2, (vocabulary - 1) / 2)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        SequenceDraft draft = new(length);
        for (int i = 0; i < length; i += 2)
        {
            int key = random.Below(valueOf.Length);
            draft.InputIds[i] = key;
            draft.InputIds[i + 1] = vocabulary - 1;
            draft.Labels[i + 1] = valueOf.Length + valueOf[key];
        }

        return draft;
    }

    private static int[] CreateMap(int vocabulary, int mapSeed)
    {
        SampleSeed seed = new("memorization", 1, "map", new Dictionary<string, string> { ["vocabulary"] = vocabulary.ToString(CultureInfo.InvariantCulture) });
        return seed.CreateRandom(SampleSplit.Train, mapSeed, 0).Permutation((vocabulary - 1) / 2);
    }
}
