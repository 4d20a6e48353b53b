using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Mixers.Parts;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

/// <summary>Sparse attention some queries at a time, as long sequences need it.</summary>
public sealed class QueryPiecesTests
{
    public static TheoryData<string, string> Cases { get; } =
        [.. MixerUnderTest.Cases.Where(row => row.Data.Item1 is "dsa" or "dsa-untrained" or "nsa").Select(row => (row.Data.Item1, row.Data.Item2))];

    [Theory, MemberData(nameof(Cases))]
    public void Pieces_of_queries_give_what_all_give_at_once(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = MixerUnderTest.Create(name, options);
        var x = MixerUnderTest.Input(2, 60);
        var first = x.narrow(1, 0, 23);
        var expected = (mixer.Mixer.Forward(x, null, MixerUnderTest.Call(2, 0)), Continued());
        var usual = QueryPieces.MostScores;
        QueryPieces.MostScores = 7 * 2 * 2 * 60;    // seven queries of the sixty, or more where there are fewer keys
        try
        {
            Assert.True(mixer.Mixer.Forward(x, null, MixerUnderTest.Call(2, 0)).allclose(expected.Item1, 1e-12, 1e-12));
            Assert.True(Continued().allclose(expected.Item2, 1e-12, 1e-12));
        }
        finally
        {
            QueryPieces.MostScores = usual;
        }

        // Behind other tokens, rows at different positions.
        Tensor Continued()
        {
            using var state = mixer.NewState(2);
            mixer.Mixer.Forward(first, state, MixerUnderTest.Call(2, 0));
            return mixer.Mixer.Forward(x.narrow(1, 23, 37), state, new MixerCall { Positions = new SequencePositions([23, 19]), LayerIndex = 1 });
        }
    }

    [Fact]
    public void A_piece_holds_no_more_than_it_may_and_all_are_joined_in_order()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var usual = QueryPieces.MostScores;
        QueryPieces.MostScores = 100;
        try
        {
            var pieces = new List<(long, long)>();
            var joined = QueryPieces.Run(25, 10, (first, count) =>
            {
                pieces.Add((first, count));
                return arange(first, first + count).unsqueeze(0);
            });
            Assert.Equal([(0L, 10L), (10L, 10L), (20L, 5L)], pieces);
            Assert.Equal([.. Enumerable.Range(0, 25).Select(i => (long)i)], joined.data<long>().ToArray());
        }
        finally
        {
            QueryPieces.MostScores = usual;
        }
    }
}
