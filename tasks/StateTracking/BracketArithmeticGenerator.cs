using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>
/// Ids: numbers 0 … m − 1, then + − * ( ) = and padding (never drawn). An expression of n tokens: 1 is a number, 2 "− d", 3 "( d )",
/// 4 "( − d )", longer ones "( left op right )" with the left length uniform in 1 … n − 4. The label stands at =.
/// </summary>
internal sealed class BracketArithmeticGenerator(TrainingLengths lengths, int modulus, bool hasMultiplication) : SequenceGenerator
{
    public override int VocabularySize => modulus + 7;

    public override int MaximumLength => lengths.Maximum;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } = [AccuracyMetrics.CreateShare(modulus, 1)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(0, modulus)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        int length = lengths.Draw(random, split);
        SequenceDraft draft = new(length);
        draft.Labels[length - 1] = Write(random, draft.InputIds.AsSpan(0, length - 1));
        draft.InputIds[length - 1] = EqualsSign;
        return draft;
    }

    private int Plus => modulus;

    private int Minus => modulus + 1;

    private int Times => modulus + 2;

    private int Open => modulus + 3;

    private int Close => modulus + 4;

    private int EqualsSign => modulus + 5;

    /// <summary>Fills the place with an expression and returns its value.</summary>
    private int Write(SampleRandom random, Span<int> place)
    {
        if (place.Length == 1) return place[0] = random.Below(modulus);
        if (place.Length == 2)
        {
            place[0] = Minus;
            return (modulus - Write(random, place[1..])) % modulus;
        }

        (place[0], place[^1]) = (Open, Close);
        if (place.Length <= 4) return Write(random, place[1..^1]);
        int leftLength = random.Between(1, place.Length - 4);
        int left = Write(random, place.Slice(1, leftLength));
        int operation = Plus + random.Below(hasMultiplication ? 3 : 2);
        place[1 + leftLength] = operation;
        int right = Write(random, place[(2 + leftLength)..^1]);
        int value = operation == Times ? left * right : operation == Minus ? left - right : left + right;
        return (value + modulus) % modulus;
    }
}
