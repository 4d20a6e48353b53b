using CsCheck;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.StateTracking;

/// <summary>The options by which training says more than the answer, and the array says its addresses.</summary>
public sealed class StateBasedRecallLabelsTests
{
    private const string Name = "state-based-recall";

    private const int Alphabet = 7, FirstVariable = 4 + Alphabet;

    /// <summary>Carries the program out token by token, knowing nothing of how it was drawn.</summary>
    [Fact]
    public void Wherever_a_pointer_is_named_its_value_is_the_label() =>
        Gen.Select(Gen.Int[5, 20], Gen.Int[0, 30], Gen.Int[3, 5], Gen.Bool, Gen.Int[0, 1_000]).Sample((size, swaps, variables, written, index) =>
        {
            TokenSample sample = Case(size, swaps, written, "every-pointer", variables).GetSample(SampleSplit.Train, 1, index);
            int firstAddress = FirstVariable + variables;
            Dictionary<int, int> valueAt = [], addressOf = [];
            List<int> tokens = [.. sample.InputIds], expected = [];
            int init = tokens.IndexOf(1), operations = tokens.IndexOf(2);
            for (int i = 0; i < init; i++)
            {
                if (tokens[i] < FirstVariable) valueAt[written ? tokens[i - 1] - firstAddress : i] = tokens[i];
                expected.Add(TokenSample.NoLabel);
            }

            expected.Add(TokenSample.NoLabel);
            for (int i = init + 1; i < operations; i += 2)
            {
                addressOf[tokens[i]] = tokens[i + 1] - firstAddress;
                expected.AddRange([TokenSample.NoLabel, valueAt[addressOf[tokens[i]]]]);
            }

            expected.Add(TokenSample.NoLabel);
            for (int i = operations + 1; i < tokens.Count - 2; i += 2)
            {
                expected.AddRange([valueAt[addressOf[tokens[i]]], valueAt[addressOf[tokens[i + 1]]]]);
                (addressOf[tokens[i]], addressOf[tokens[i + 1]]) = (addressOf[tokens[i + 1]], addressOf[tokens[i]]);
            }

            expected.AddRange([TokenSample.NoLabel, valueAt[addressOf[tokens[^1]]]]);
            Assert.Equal((size, variables), (valueAt.Count, addressOf.Count));
            Assert.Equal(expected, sample.Labels);
        });

    [Theory]
    [InlineData(SampleSplit.Validation)]
    [InlineData(SampleSplit.Test)]
    public void Outside_training_the_query_alone_is_labelled(SampleSplit split)
    {
        GeneratedCase labelled = Case(8, 8, written: true, "every-pointer");
        Assert.All(Enumerable.Range(0, 50), index => Assert.Single(labelled.GetSample(split, 1, index).LabelledIndices()));
    }

    [Fact]
    public void Written_addresses_lengthen_the_sequence_by_one_token_each() =>
        Assert.Equal(Case(9, 9, written: false, "query").MaximumLength + 9, Case(9, 9, written: true, "query").MaximumLength);

    private static GeneratedCase Case(int size, int swaps, bool written, string labels, int variables = 5) => SuiteFixture.CreateCase(
        Name, Name, $"size={size}", $"swaps={swaps}", $"variables={variables}", $"valueAlphabet={Alphabet}", $"addresses={(written ? "written" : "implied")}", $"trainingLabels={labels}");
}
