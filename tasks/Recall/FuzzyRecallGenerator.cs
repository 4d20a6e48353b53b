using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>
/// With h = (V − 1) / 2 tokens each, key tokens are 0 … h − 1, value tokens h … 2h − 1, padding V − 1. Tokens within a key or value are
/// distinct. Sequences are padded on the left. The label of a repeated key's first value token stands at the key's last token, and so on.
/// </summary>
internal sealed class FuzzyRecallGenerator(
    int length, int vocabulary, int keys, int maximumKeyLength, int maximumValueLength, bool trainsOnNextToken) : SequenceGenerator
{
    private readonly int tokens = (vocabulary - 1) / 2;

    public override int VocabularySize => vocabulary;

    public override int MaximumLength => length;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
        [AccuracyMetrics.CreateShare((vocabulary - 1) / 2, length), AccuracyMetrics.CreateLast((vocabulary - 1) / 2)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range((vocabulary - 1) / 2, (vocabulary - 1) / 2)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        (int[] Key, int[] Value)[] pairs = DrawPairs(random, split);
        List<int> ids = [], labels = [], presented = [];
        for (bool isLast = false; !isLast;)
        {
            int room = length - ids.Count - 2 * (maximumKeyLength + maximumValueLength);
            isLast = presented.Count > 0 && room < 0; // no further pair would leave room for the last one
            int chosen = isLast ? presented[random.Below(presented.Count)] : random.Below(keys);
            bool isRepeated = presented.Contains(chosen);
            if (!isRepeated) presented.Add(chosen);
            Append(pairs[chosen], isRepeated);
        }

        SequenceDraft draft = new(length);
        int padding = length - ids.Count;
        Array.Fill(draft.InputIds, vocabulary - 1, 0, padding);
        ids.CopyTo(draft.InputIds, padding);
        labels.CopyTo(draft.Labels, padding);
        if (trainsOnNextToken && split == SampleSplit.Train) draft.LabelNextTokens(padding);
        return draft;

        void Append((int[] Key, int[] Value) pair, bool isRepeated)
        {
            int first = ids.Count + pair.Key.Length;
            ids.AddRange([.. pair.Key, .. pair.Value]);
            while (labels.Count < ids.Count)
            {
                int asked = labels.Count + 1; // the index whose token is named here
                labels.Add(isRepeated && asked >= first && asked < ids.Count ? ids[asked] : TokenSample.NoLabel);
            }
        }
    }

    private (int[] Key, int[] Value)[] DrawPairs(SampleRandom random, SampleSplit split)
    {
        HashSet<string> taken = [];
        (int[] Key, int[] Value)[] pairs = new (int[], int[])[keys];
        for (int i = 0; i < keys; i++)
        {
            int[] key;
            do
            {
                int keyLength = split == SampleSplit.Train ? random.Between(1, maximumKeyLength) : maximumKeyLength;
                key = random.Distinct(tokens, keyLength);
            }
            while (!taken.Add(string.Join(' ', key)));
            int[] value = random.Distinct(tokens, random.Between(1, maximumValueLength));
            pairs[i] = (key, [.. value.Select(token => tokens + token)]);
        }

        return pairs;
    }
}
