using LT2.Eval.Models.Decoding;
using LT2.Eval.Models.Looping;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Decoding;

public sealed class EarlyExitDecoderTests
{
    const int Loops = 4;

    /// <summary>An Ouro hybrid whose gate says different things of different tokens.</summary>
    static LoopedModel Model(string variant = "ouro-hybrid")
    {
        var model = Variants.Create(variant, Loops, torch.ScalarType.Float64);
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        model.Parameters.View("exit_gate.weight").mul_(3);
        model.Parameters.View("exit_gate.bias").fill_(-0.5);
        return model;
    }

    /// <summary>Prefills the first tokens of each row and decodes the rest one by one.</summary>
    static (torch.Tensor Logits, List<IReadOnlyList<int>> LoopCounts, LoopState State) Decode(LoopedModel model, torch.Tensor ids, double threshold, int prefilled = 3)
    {
        var state = model.NewState((int)ids.shape[0], (int)ids.shape[1], Loops);
        model.Advance(ids.narrow(1, 0, prefilled), state).Dispose();
        var decoder = new EarlyExitDecoder(model, threshold);
        var logits = new List<torch.Tensor>();
        var counts = new List<IReadOnlyList<int>>();
        for (var t = prefilled; t < ids.shape[1]; t++)
        {
            logits.Add(decoder.Step(ids.narrow(1, t, 1), state));
            counts.Add(decoder.LastLoopCounts);
        }
        return (torch.cat([.. logits], 1), counts, state);
    }

    [Theory]
    [InlineData("ouro")]
    [InlineData("ouro-hybrid")]
    public void Nobody_leaves_early_above_a_probability_of_one(string variant)
    {
        using var scope = torch.NewDisposeScope();
        using var model = Model(variant);
        var ids = Variants.Ids(3, 9);
        var (logits, counts, state) = Decode(model, ids, 1.1);
        using var end = state;
        using var noGrad = torch.no_grad();
        Assert.All(counts.SelectMany(row => row), count => Assert.Equal(Loops, count));
        Assert.True(Variants.Distance(model.ForwardReadouts(ids, [Loops])[0].narrow(1, 3, 6), logits) < 1e-9);
    }

    [Fact]
    public void The_first_token_after_a_full_prefill_leaves_where_the_gate_says_and_reads_that_loop()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Model();
        var ids = Variants.Ids(16, 4);
        using var noGrad = torch.no_grad();
        int[] all = [1, 2, 3, 4];
        var hidden = model.ForwardHidden(ids, all);
        var cumulative = model.ExitDistribution(hidden, Loops).cumsum(0).select(-1, 3);           // [T, B]
        foreach (var threshold in (double[])[0.3, 0.6, 0.9])
        {
            var (logits, counts, state) = Decode(model, ids, threshold);
            state.Dispose();
            for (var row = 0; row < 16; row++)
            {
                var expected = all.First(loop => loop == Loops || cumulative[loop - 1, row].ToDouble() >= threshold);
                Assert.Equal(expected, counts[0][row]);
                Assert.True(Variants.Distance(model.Head(hidden[expected - 1])[row, 3], logits[row, 0]) < 1e-9);
            }
            Assert.True(counts[0].Distinct().Count() > 1, "the gate tells no rows apart, so the test says nothing");
        }
    }

    [Fact]
    public void A_row_decodes_the_same_alone_and_in_a_batch()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Model();
        var ids = Variants.Ids(5, 10);
        var (together, counts, state) = Decode(model, ids, 0.6);
        state.Dispose();
        Assert.True(counts.SelectMany(row => row).Distinct().Count() > 1);
        for (var row = 0; row < 5; row++)
        {
            var (alone, own, end) = Decode(model, ids.narrow(0, row, 1), 0.6);
            end.Dispose();
            Assert.True(Variants.Distance(together.narrow(0, row, 1), alone) < 1e-9);
            Assert.Equal(counts.Select(step => step[row]), own.Select(step => step[0]));
        }
    }

    [Fact]
    public void Skipped_loops_take_over_what_the_last_run_loop_wrote()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Model();
        var ids = Variants.Ids(2, 5);
        var (_, counts, state) = Decode(model, ids, 0);
        using var end = state;
        Assert.All(counts.SelectMany(row => row), count => Assert.Equal(1, count));
        // Layer 4 is the full one: tokens 3 and 4 have the first loop's keys and values in every loop, tokens of the prefill their own.
        foreach (var name in (string[])["keys", "values"])
            for (var loop = 1; loop < Loops; loop++)
            {
                Assert.Equal(0, Variants.Distance(state.At(0, 4)[name].narrow(1, 3, 2), state.At(loop, 4)[name].narrow(1, 3, 2)));
                Assert.True(Variants.Distance(state.At(0, 4)[name].narrow(1, 0, 3), state.At(loop, 4)[name].narrow(1, 0, 3)) > 1e-3);
            }
        // A recurrent state moves by the first loop's write: with its own decayed past taken away, the writes of one token differ only by what the delta rule erases.
        Assert.All(Enumerable.Range(0, Loops), loop => Assert.Equal(0, Variants.Distance(state.At(0, 0)["convolution"].narrow(1, 1, 2), state.At(loop, 0)["convolution"].narrow(1, 1, 2))));
    }

    [Fact]
    public void Weighted_logits_are_the_mean_of_all_loops_by_exit_probability()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Model();
        var ids = Variants.Ids(2, 6);
        int[] all = [1, 2, 3, 4];
        var hidden = model.ForwardHidden(ids, all);
        var expected = torch.stack(hidden.Select(model.Head)).mul(model.ExitDistribution(hidden, Loops).unsqueeze(-1)).sum([0L]);
        using var state = model.NewState(2, 6, Loops);
        model.Advance(ids.narrow(1, 0, 2), state).Dispose();
        var decoder = EarlyExitDecoder.Weighted(model);
        for (var t = 2; t < 6; t++) Assert.True(Variants.Distance(expected.narrow(1, t, 1), decoder.Step(ids.narrow(1, t, 1), state)) < 1e-5);
        Assert.All(decoder.LastLoopCounts, count => Assert.Equal(Loops, count));
    }

    [Fact]
    public void A_model_without_a_gate_is_refused()
    {
        using var model = Variants.Create("lt2-gdn");
        using var state = model.NewState(1, 4, 2);
        Assert.Contains("no exit gate", Assert.Throws<ModelException>(() => new EarlyExitDecoder(model, 0.5).Step(Variants.Ids(1, 1), state)).Message, StringComparison.Ordinal);
    }
}
