using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>
/// Ids: 0 marker, 1 question, 2 … 11 the digits, then keys, then filler. Layout: filler with needles (marker, key, digits), question, key,
/// digits but the last. Labels: the first digit at the key, each next one at the digit before. Repeated filler runs through its ids in order.
/// </summary>
internal sealed class SyntheticNeedleGenerator(int length, int needles, int digits, int keys, bool isFillerRandom, int fillerVocabulary) : SequenceGenerator
{
    /// <summary>RULER's grid: 40 evenly spaced percentages from 0 to 100, rounded.</summary>
    public const int Depths = 40;

    private const int Marker = 0, Question = 1, FirstDigit = 2, FirstKey = 12;
    private readonly int fillerLength = length - digits - 1 - needles * (digits + 2);

    public override int VocabularySize => FirstKey + keys + fillerVocabulary;

    public override int MaximumLength => length;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } =
        [AccuracyMetrics.CreateSequence(10, digits), AccuracyMetrics.CreateShare(10, digits)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(FirstDigit, 10)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        int[] keyIds = random.Distinct(keys, needles);
        int[] depths = [.. random.Distinct(Depths, needles).Select(place => (200 * place + Depths - 1) / (2 * (Depths - 1)))];
        int[][] values = [.. Enumerable.Range(0, needles).Select(_ => Enumerable.Range(0, digits).Select(_ => FirstDigit + random.Below(10)).ToArray())];
        int asked = random.Below(needles);

        List<int> ids = new(length);
        int fillerWritten = 0;
        foreach (int needle in Enumerable.Range(0, needles).OrderBy(needle => depths[needle]))
        {
            WriteFiller((int)((long)fillerLength * depths[needle] / 100));
            ids.AddRange([Marker, FirstKey + keyIds[needle], .. values[needle]]);
        }

        WriteFiller(fillerLength);
        ids.AddRange([Question, FirstKey + keyIds[asked], .. values[asked][..^1]]);

        SequenceDraft draft = new(length);
        ids.CopyTo(draft.InputIds);
        values[asked].CopyTo(draft.Labels, length - digits);
        draft.Slices.Add(DepthSlice(depths[asked]));
        return draft;

        void WriteFiller(int until)
        {
            for (; fillerWritten < until; fillerWritten++)
                ids.Add(FirstKey + keys + (isFillerRandom ? random.Below(fillerVocabulary) : fillerWritten % fillerVocabulary));
        }
    }

    private static string DepthSlice(int depth) => depth switch
    {
        < 25 => "depth 0-24",
        < 50 => "depth 25-49",
        < 75 => "depth 50-74",
        _ => "depth 75-100",
    };
}
