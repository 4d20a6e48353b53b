using CsCheck;
using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Generators;
using LT2.Eval.Tasks.Tests.Generators;

namespace LT2.Eval.Tasks.Tests.Recall;

public sealed class CopyingTests
{
    private const int Blank = 14, Copy = 15;

    [Fact]
    public void Labels_are_the_data_in_order_after_the_copy_token() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 40], Gen.Bool, Gen.Int[0, 1_000]).Sample((tokens, blanks, isSelective, index) =>
        {
            GeneratedCase generated = SuiteFixture.CreateCase(
                "copying", isSelective ? "selective-copying" : "copying", $"tokens={tokens}", $"length={2 * tokens + 1 + blanks}");
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, index);
            int copyIndex = sample.InputIds.IndexOf(Copy);
            Assert.Equal(sample.InputIds.Length - tokens - 1, copyIndex);
            Assert.Equal(sample.InputIds.Where(id => id < Blank), sample.Labels.Where(label => label != TokenSample.NoLabel));
            Assert.Equal([.. Enumerable.Range(copyIndex + 1, tokens)], sample.LabelledIndices());
            if (isSelective) Assert.NotEqual(Blank, sample.InputIds[copyIndex - 1]);
            else Assert.All(sample.InputIds[..tokens], id => Assert.True(id < Blank));
        });

    [Fact]
    public void Selective_copying_puts_data_at_every_place_alike()
    {
        GeneratedCase generated = SuiteFixture.CreateCase("copying", "selective-copying", "tokens=4", "length=21");
        int[] counts = new int[15]; // 16 places before the copy token; the last always holds a datum
        for (int i = 0; i < 3_000; i++)
        {
            TokenSample sample = generated.GetSample(SampleSplit.Test, 1, i);
            for (int place = 0; place < 15; place++) counts[place] += sample.InputIds[place] == Blank ? 0 : 1;
        }

        Assert.All(counts, count => Assert.InRange(count, 600 - 100, 600 + 100)); // 3 of 15 places; 4.5 standard deviations
    }
}
