using LT2.Eval.Models.Looping;
using TorchSharp;

namespace LT2.Eval.Models.Tests.Looping;

public sealed class CapturedDecodeTests
{
    [Fact]
    public void Off_cuda_steps_run_eagerly_say_why_and_equal_those_of_the_model()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create("looped-full");
        var ids = Variants.Ids(2, 12);
        using var expected = model.NewState(2, 32, 2);
        using var state = model.NewState(2, 32, 2);
        using var decode = new CapturedDecode(model, state);
        Assert.Contains("CUDA devices only", decode.Execution, StringComparison.Ordinal);
        model.Advance(ids.narrow(1, 0, 8), expected);
        model.Advance(ids.narrow(1, 0, 8), state);
        for (var t = 8; t < 12; t++) Assert.InRange(Variants.Distance(model.Advance(ids.narrow(1, t, 1), expected), decode.Step(ids.narrow(1, t, 1))), 0, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Variants.Names), MemberType = typeof(Variants))]
    public void A_marked_state_returns_to_its_point_as_often_as_asked(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create(name, loopCount: 2);
        var ids = Variants.Ids(2, 14);
        using var state = model.NewState(2, 16, 2);
        model.Advance(ids.narrow(1, 0, 9), state);
        using var mark = state.Mark();
        torch.Tensor Continue() => torch.cat([.. Enumerable.Range(9, 5).Select(t => model.Advance(ids.narrow(1, t, 1), state))], 1);
        var first = Continue();
        for (var round = 0; round < 2; round++)
        {
            mark.Return();
            Assert.Equal([9, 9], state.Offsets);
            Assert.InRange(Variants.Distance(first, Continue()), 0, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Variants.Names), MemberType = typeof(Variants))]
    public void A_cleared_state_starts_a_sequence(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create(name, loopCount: 2);
        var ids = Variants.Ids(2, 9);
        using var state = model.NewState(2, 16, 2);
        var first = model.Advance(ids, state);
        state.Clear();
        Assert.InRange(Variants.Distance(first, model.Advance(ids, state)), 0, 1e-12);
    }

    [Fact]
    public void A_full_state_is_refused_with_its_size()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Variants.Create("looped-full");
        using var state = model.NewState(1, 4, 1);
        using var decode = new CapturedDecode(model, state);
        model.Advance(Variants.Ids(1, 4), state);
        Assert.Contains("made for 4", Assert.Throws<ModelException>(() => decode.Step(Variants.Ids(1, 1))).Message, StringComparison.Ordinal);
    }
}
