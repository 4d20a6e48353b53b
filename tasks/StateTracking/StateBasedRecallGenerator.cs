using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>
/// Ids: 0 padding (never drawn), 1 INIT, 2 OPS, 3 QUERY, then the values, the five variables, the addresses. Layout: one value an address,
/// INIT, (variable, address) × 5, OPS, (variable, variable) × swaps, QUERY, variable. The label, the value at that variable's final address,
/// stands at the last index. Addresses are distinct, a swap names two different variables, everything is uniform. Training samples have from
/// minimumSwaps to swaps swaps, others always swaps.
/// </summary>
internal sealed class StateBasedRecallGenerator(int size, int minimumSwaps, int swaps, int maximumSize, int valueAlphabet) : SequenceGenerator
{
    /// <summary>Number of pointer variables; an array must have as many addresses.</summary>
    public const int Variables = 5;

    private const int Init = 1, Operations = 2, Query = 3, FirstValue = 4;
    private readonly int firstVariable = FirstValue + valueAlphabet;
    private readonly int firstAddress = FirstValue + valueAlphabet + Variables;

    public override int VocabularySize => firstAddress + maximumSize;

    public override int MaximumLength => LengthOf(swaps);

    public override IReadOnlyList<MetricDefinition> Metrics { get; } = [AccuracyMetrics.CreateShare(valueAlphabet, 1)];

    public override IReadOnlyList<int> AnswerIds { get; } = [.. Enumerable.Range(FirstValue, valueAlphabet)];

    public override SequenceDraft Generate(SampleRandom random, SampleSplit split)
    {
        int count = split == SampleSplit.Train ? random.Between(minimumSwaps, swaps) : swaps;
        SequenceDraft draft = new(LengthOf(count));
        int next = 0;
        int[] values = new int[size];
        for (int i = 0; i < size; i++) Write(FirstValue + (values[i] = random.Below(valueAlphabet)));

        Write(Init);
        int[] initial = random.Distinct(size, Variables);
        for (int variable = 0; variable < Variables; variable++)
        {
            Write(firstVariable + variable);
            Write(firstAddress + initial[variable]);
        }

        Write(Operations);
        int[] address = [.. initial];
        for (int i = 0; i < count; i++)
        {
            int[] pair = random.Distinct(Variables, 2);
            Write(firstVariable + pair[0]);
            Write(firstVariable + pair[1]);
            (address[pair[0]], address[pair[1]]) = (address[pair[1]], address[pair[0]]);
        }

        int asked = random.Below(Variables);
        Write(Query);
        Write(firstVariable + asked);
        draft.Labels[^1] = FirstValue + values[address[asked]];
        draft.Slices.Add(address[asked] == initial[asked] ? StateBasedRecallSuite.UnmovedSlice : StateBasedRecallSuite.MovedSlice);
        return draft;

        void Write(int id) => draft.InputIds[next++] = id;
    }

    private int LengthOf(int count) => size + 2 * count + 14;
}
