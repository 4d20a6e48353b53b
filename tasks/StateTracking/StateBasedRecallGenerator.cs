using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.StateTracking;

/// <summary>
/// Ids: 0 padding (never drawn), 1 INIT, 2 OPS, 3 QUERY, then the values, the variables, the addresses. Layout: one value an address (with <paramref name="writesAddresses"/> the address before it),
/// INIT, (variable, address) for each variable, OPS, (variable, variable) × swaps, QUERY, variable. The label, the value at that variable's final address,
/// stands at the last index. Addresses are distinct, a swap names two different variables, everything is uniform. Training samples have from
/// minimumSwaps to swaps swaps, others always swaps; with <paramref name="labelsEveryPointer"/> they also have a label wherever a pointer is named:
/// the value at an initial address, and at a swap's variables the value that each reaches before the swap.
/// </summary>
internal sealed class StateBasedRecallGenerator(
    int size, int minimumSwaps, int swaps, int maximumSize, int variables, int valueAlphabet, bool writesAddresses, bool labelsEveryPointer) : SequenceGenerator
{
    private const int Init = 1, Operations = 2, Query = 3, FirstValue = 4;
    private readonly int firstVariable = FirstValue + valueAlphabet;
    private readonly int firstAddress = FirstValue + valueAlphabet + variables;

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
        for (int i = 0; i < size; i++)
        {
            if (writesAddresses) Write(firstAddress + i);
            Write(FirstValue + (values[i] = random.Below(valueAlphabet)));
        }

        Write(Init);
        int[] initial = random.Distinct(size, variables);
        for (int variable = 0; variable < variables; variable++)
        {
            Write(firstVariable + variable);
            Write(firstAddress + initial[variable]);
            Label(initial[variable]);
        }

        Write(Operations);
        int[] address = [.. initial];
        for (int i = 0; i < count; i++)
        {
            int[] pair = random.Distinct(variables, 2);
            Write(firstVariable + pair[0]);
            Label(address[pair[0]]);
            Write(firstVariable + pair[1]);
            Label(address[pair[1]]);
            (address[pair[0]], address[pair[1]]) = (address[pair[1]], address[pair[0]]);
        }

        int asked = random.Below(variables);
        Write(Query);
        Write(firstVariable + asked);
        draft.Labels[^1] = FirstValue + values[address[asked]];
        draft.Slices.Add(address[asked] == initial[asked] ? StateBasedRecallSuite.UnmovedSlice : StateBasedRecallSuite.MovedSlice);
        return draft;

        void Write(int id) => draft.InputIds[next++] = id;

        void Label(int place)
        {
            if (labelsEveryPointer && split == SampleSplit.Train) draft.Labels[next - 1] = FirstValue + values[place];
        }
    }

    private int LengthOf(int count) => (writesAddresses ? 2 : 1) * size + 2 * variables + 2 * count + 4;
}
