using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Looping;

public sealed class LoopedModelTests
{
    public static TheoryData<string> Names => Variants.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefill_then_decode_equals_a_full_forward_at_every_position_and_loop_count(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Variants.Create(name);
        var ids = Variants.Ids(2, 41);
        int[] loopCounts = model.Definition.Draw is null ? [1, 3, 4] : [3];
        if (model.Definition.Draw is not null) model.DrawStep = -1; // a state holds the first test draw
        var full = model.ForwardReadouts(ids, loopCounts);
        for (var i = 0; i < loopCounts.Length; i++)
        {
            using var state = model.NewState(2, 64, loopCounts[i]);
            foreach (var piece in (int[])[21, 7, 1, 1, 1, 4, 1, 1, 1, 1, 1, 1]) // prefill, a longer continuation, single steps
            {
                var start = state.Offsets[0];
                var logits = model.Advance(ids.narrow(1, start, piece), state);
                Assert.InRange(Variants.Distance(full[i].narrow(1, start, piece), logits), 0, 1e-9);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sequences_of_unequal_length_decode_together_as_they_do_alone(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Variants.Create(name, loopCount: 2);
        var ids = Variants.Ids(3, 30);
        int[] lengths = [23, 5, 17];
        var states = lengths.Select((length, row) =>
        {
            var state = model.NewState(1, 40, 2);
            model.Advance(ids.narrow(0, row, 1).narrow(1, 0, length), state);
            return state;
        }).ToArray();
        using var joined = LoopState.Join(states);
        for (var step = 0; step < 4; step++)
        {
            var next = torch.stack(lengths.Select((length, row) => ids[row].narrow(0, length + step, 1)).ToArray());
            var together = model.Advance(next, joined);
            for (var row = 0; row < 3; row++)
                Assert.InRange(Variants.Distance(together.narrow(0, row, 1), model.Advance(next.narrow(0, row, 1), states[row])), 0, 1e-9);
        }
        foreach (var state in states) state.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Changing_a_token_changes_nothing_before_it(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var model = Variants.Create(name);
        var ids = Variants.Ids(1, 37);
        foreach (var t in (int[])[36, 20, 16, 1])
        {
            var changed = ids.clone();
            changed.narrow(1, t, 1).add_(1).remainder_(19);
            var before = model.ForwardReadouts(ids, [1, 2, 3]);
            var after = model.ForwardReadouts(changed, [1, 2, 3]);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(0, Variants.Distance(before[i].narrow(1, 0, t), after[i].narrow(1, 0, t)), 1e-12);
                Assert.NotEqual(0, Variants.Distance(before[i].narrow(1, t, 1), after[i].narrow(1, t, 1)));
            }
        }
    }

    [Fact]
    public void A_fork_goes_its_own_way()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create("lt2-gdn");
        var ids = Variants.Ids(1, 12);
        using var state = model.NewState(1, 32, 2);
        model.Advance(ids.narrow(1, 0, 8), state);
        using var fork = state.Fork(2);
        model.Advance(torch.tensor(new long[,] { { 1, 2 }, { 3, 4 } }), fork);
        var expected = model.ForwardReadouts(ids, [2])[0].narrow(1, 8, 4);
        Assert.InRange(Variants.Distance(expected, model.Advance(ids.narrow(1, 8, 4), state)), 0, 1e-9);
        Assert.Equal([10, 10], fork.Offsets);
    }

    [Fact]
    public void Loops_beyond_the_trained_ones_repeat_the_last_gate()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        using var trained = Variants.Create("looped-full", loopCount: 2);
        using var longer = Variants.Create("looped-full", loopCount: 4);
        foreach (var name in trained.Parameters.Names.Where(name => name != "residual_gate")) longer.Parameters.View(name).copy_(trained.Parameters.View(name));
        var gate = trained.Parameters.View("residual_gate");
        longer.Parameters.View("residual_gate").copy_(torch.stack([gate[0], gate[1], gate[1], gate[1]]));
        var ids = Variants.Ids(1, 9);
        Assert.Equal(0, Variants.Distance(trained.ForwardReadouts(ids, [4])[0], longer.ForwardReadouts(ids, [4])[0]));
    }

    [Fact]
    public void A_zero_gate_is_a_plain_loop()
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var definition = Variants.Small("looped-full");
        using var gated = LoopedModel.Create(definition, 4, ComputeDevice.Cpu, torch.ScalarType.Float64);
        using var plain = LoopedModel.Create(definition with { ResidualGate = false }, 4, ComputeDevice.Cpu, torch.ScalarType.Float64);
        var ids = Variants.Ids(1, 9);
        Assert.Equal(0, Variants.Distance(gated.ForwardReadouts(ids, [3])[0], plain.ForwardReadouts(ids, [3])[0]));
    }

    [Fact]
    public void The_residual_root_mean_square_is_recorded_for_every_loop()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create("looped-full");
        model.RecordResidualRms = true;
        model.ForwardHidden(Variants.Ids(1, 9), [3]);
        Assert.Equal(3, model.LastResidualRms.Count);
        Assert.All(model.LastResidualRms, value => Assert.True(value > 0));
    }

    [Fact]
    public void A_state_refuses_more_tokens_than_it_was_made_for()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create("lt2-gdn");
        using var state = model.NewState(1, 4, 1);
        var error = Assert.Throws<ModelException>(() => model.Advance(Variants.Ids(1, 5), state));
        Assert.Contains("5 more do not fit a state made for 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_tokens_leave_a_state_as_full_as_read_ones()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create("ouro-hybrid");
        using var state = model.NewState(2, 8, 3);
        state.Skip(7);
        model.Advance(Variants.Ids(2, 1), state);
        Assert.Equal([8, 8], state.Offsets);
        Assert.Contains("8 tokens and 1 more do not fit a state made for 8", Assert.Throws<ModelException>(() => state.Skip(1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forwards_and_steps_leave_no_tensor_behind(string name) => LeavesNoTensorBehind(name, "micro", gradients: true, loopCount: 2);

    /// <summary>Several layers and loops: what one block hands to the next must not move out of the pass on the way.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Nor_do_they_without_gradients_in_several_layers_and_loops(string name) => LeavesNoTensorBehind(name, "mini", gradients: false, loopCount: 3);

    static void LeavesNoTensorBehind(string name, string scale, bool gradients, int loopCount)
    {
        using var mode = torch.set_grad_enabled(gradients);
        using var model = Variants.Create(name, type: torch.ScalarType.Float32, scale: scale);
        using var ids = Variants.Ids(1, 6);
        void Pass()
        {
            using var scope = torch.NewDisposeScope();
            model.ForwardReadouts(ids, [loopCount]);
            using var state = model.NewState(1, 16, loopCount);
            model.Advance(ids, state);
            model.Advance(ids.narrow(1, 0, 1), state);
        }
        Pass();
        // The count is of the whole process: what other tests dropped without disposing must be gone before, not while, it is watched.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        for (var i = 0; i < 10; i++) Pass();
        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    /// <summary>At length 32k every residual stream that outlives its layer costs more than a layer's weights.</summary>
    [Theory]
    [InlineData("ouro")]
    [InlineData("ouro-hybrid")]
    [InlineData("looped-full")]
    [InlineData("lt2-hybrid-full-gdn")]
    [InlineData("lt2-mamba2")]
    [InlineData("lt2-rwkv7")]
    [InlineData("lt2-gdn-carry")]
    public void A_pass_without_gradients_holds_no_more_in_the_last_loop_than_in_the_second(string name)
    {
        using var model = Variants.Create(name, loopCount: 4, type: torch.ScalarType.Float32);
        using var ids = Variants.Ids(2, 6);
        var (last, alive) = (model.Definition.LayerCount - 1, new List<long>());
        model.Tap = new Counting(call =>
        {
            if (call.LayerIndex == last) alive.Add(torch.Tensor.TotalCount);
        });
        void Pass()
        {
            using var scope = torch.NewDisposeScope();
            using var state = model.NewState(2, 16, 4);
            model.Advance(ids, state, lastPositionOnly: true);
        }
        Pass();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        alive.Clear();
        Pass();
        Assert.Equal(4, alive.Count);
        Assert.InRange(alive[3], 0, alive[1]); // the first loop may yet have to leave what later ones read
    }

    sealed class Counting(Action<MixerCall> look) : IMixerTap
    {
        public torch.Tensor? Replace(torch.Tensor x, MixerCall call) => null;

        public void Observe(torch.Tensor x, torch.Tensor contribution, MixerCall call) => look(call);
    }
}
