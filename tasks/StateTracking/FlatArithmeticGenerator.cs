using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>Ids: 0 padding (never drawn), 1 +, 2 −, 3 *, 4 =, 5 + n the number n. Numbers and operators are uniform; the label stands at =.</summary>
internal sealed class FlatArithmeticGenerator(TrainingLengths lengths, int modulus, bool hasMultiplication) : SequenceGenerator
{
    private const int Plus = 1, Minus = 2, Times = 3, EqualsSign = 4, Zero = 5;

    public override int VocabularySize => Zero + modulus;

    public override int MaximumLength => lengths.Maximum;

    public override IReadOnlyList<MetricDefinition> Metrics { get; } = [AccuracyMetrics.CreateShare(modulus, 1)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(Zero, modulus)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        int length = lengths.Draw(random, split, step: 2);
        SequenceDraft draft = new(length);
        int sum = 0, term = 0, sign = 1; // value = sum + sign · term, where term is the product being read
        for (int i = 0; i < length - 1; i += 2)
        {
            int operation = i == 0 ? Plus : Plus + random.Below(hasMultiplication ? 3 : 2);
            int number = random.Below(modulus);
            if (i > 0) draft.InputIds[i - 1] = operation;
            draft.InputIds[i] = Zero + number;
            if (operation == Times)
            {
                term = term * number % modulus;
                continue;
            }

            sum = Wrap(sum + sign * term);
            (sign, term) = (operation == Minus ? -1 : 1, number);
        }

        draft.InputIds[length - 1] = EqualsSign;
        draft.Labels[length - 1] = Zero + Wrap(sum + sign * term);
        return draft;
    }

    private int Wrap(int value) => ((value % modulus) + modulus) % modulus;
}
