using System.Globalization;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Recall;

/// <summary>MQAR sequences of several lengths and numbers of pairs, chosen by integer weights; every sample names both as slices.</summary>
internal sealed class MqarMixtureGenerator : SequenceGenerator
{
    private readonly (MixtureCell Cell, MqarGenerator Generator)[] parts;
    private readonly int totalWeight;

    public MqarMixtureGenerator(IReadOnlyList<MixtureCell> cells, int vocabulary, decimal power, int passes, bool randomFiller)
    {
        parts = [.. cells.Select(cell => (cell, new MqarGenerator(cell.Length, cell.Pairs, vocabulary, power, passes, randomFiller)))];
        totalWeight = cells.Sum(cell => cell.Weight);
        double sequenceChance = parts.Sum(part => part.Generator.Metrics[1].Chance!.Value * part.Cell.Weight / totalWeight);
        Metrics =
        [
            AccuracyMetrics.CreateShare(vocabulary / 2, cells.Max(cell => cell.Pairs)),
            AccuracyMetrics.CreateSequence(vocabulary / 2, 1) with { Chance = sequenceChance },
        ];
    }

    public override int VocabularySize => parts[0].Generator.VocabularySize;

    public override int MaximumLength => parts.Max(part => part.Cell.Length);

    public override IReadOnlyList<MetricDefinition> Metrics { get; }

    public override IReadOnlyList<int> AnswerIds => parts[0].Generator.AnswerIds;

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        int point = random.Below(totalWeight), chosen = 0;
        while (point >= parts[chosen].Cell.Weight) point -= parts[chosen++].Cell.Weight;
        SequenceDraft draft = parts[chosen].Generator.Generate(random, split);
        draft.Slices.Add(string.Create(CultureInfo.InvariantCulture, $"length {parts[chosen].Cell.Length}"));
        draft.Slices.Add(string.Create(CultureInfo.InvariantCulture, $"pairs {parts[chosen].Cell.Pairs}"));
        return draft;
    }
}
