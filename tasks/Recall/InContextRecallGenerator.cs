using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>
/// Keys are 0 … V/2 − 1, values V/2 … V − 1, noise V … V + N − 1. A key gets a uniform value when it first comes. The last pair repeats one of
/// the keys. The first pair is never noise, so that there is one.
/// </summary>
internal sealed class InContextRecallGenerator(int length, int vocabulary, int noiseVocabulary, decimal noise, bool trainsOnNextToken) : SequenceGenerator
{
    public override int VocabularySize => vocabulary + noiseVocabulary;

    public override int MaximumLength => length;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
        [AccuracyMetrics.CreateShare(vocabulary / 2, length / 2), AccuracyMetrics.CreateLast(vocabulary / 2)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(vocabulary / 2, vocabulary / 2)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        SequenceDraft draft = new(length);
        Dictionary<int, int> valueOf = [];
        List<int> presented = [];
        for (int i = 0; i < length; i += 2)
        {
            bool isLast = i == length - 2;
            if (i > 0 && !isLast && noise > 0 && random.Happens(noise))
            {
                draft.InputIds[i] = vocabulary + random.Below(noiseVocabulary);
                draft.InputIds[i + 1] = vocabulary + random.Below(noiseVocabulary);
                continue;
            }

            int key = isLast ? presented[random.Below(presented.Count)] : random.Below(vocabulary / 2);
            if (valueOf.TryGetValue(key, out int value))
            {
                draft.Labels[i] = value;
            }
            else
            {
                valueOf[key] = value = vocabulary / 2 + random.Below(vocabulary / 2);
                presented.Add(key);
            }

            draft.InputIds[i] = key;
            draft.InputIds[i + 1] = value;
        }

        if (trainsOnNextToken && split == SampleSplit.Train) draft.LabelNextTokens();
        return draft;
    }
}
