using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Tests.Generators;

public sealed class Xoshiro256Tests
{
    /// <summary>Output of the authors' C program from the state 1, 2, 3, 4, as other implementations publish it too.</summary>
    private static readonly ulong[] Published =
    [
        11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600,
        16172922978634559625, 8476171486693032832, 10595114339597558777, 2904607092377533576,
    ];

    [Fact]
    public void Generator_yields_the_published_numbers()
    {
        Xoshiro256 generator = new(1, 2, 3, 4);
        Assert.Equal(Published, Published.Select(_ => generator.Next()));
    }

    [Fact]
    public void A_state_of_zeros_is_refused() => Assert.Throws<ArgumentException>(() => new Xoshiro256(0, 0, 0, 0));
}
