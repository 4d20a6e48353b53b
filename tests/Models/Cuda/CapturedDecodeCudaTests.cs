using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Replayed decode steps of every variant against eager ones and against the model in float64 on the CPU.</summary>
public sealed class CapturedDecodeCudaTests
{
    public static TheoryData<string> Names => Variants.Names;

    [Theory, MemberData(nameof(Names))]
    public void Replayed_steps_equal_eager_ones_and_the_model_in_float64(string name)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var exact = Variants.Create(name, loopCount: 2);
        using var model = LoopedModel.Blank(exact.Definition, device, ScalarType.Float32);
        model.Parameters.Flat.copy_(exact.Parameters.Flat);
        var ids = Variants.Ids(2, 30);
        using var exactState = exact.NewState(2, 40, 2);
        using var eagerState = model.NewState(2, 40, 2);
        using var state = model.NewState(2, 40, 2);
        using var decode = new CapturedDecode(model, state);
        var prompt = ids.narrow(1, 0, 17);
        exact.Advance(prompt, exactState);
        model.Advance(prompt.to(device.TorchDevice), eagerState);
        model.Advance(prompt.to(device.TorchDevice), state);
        for (var t = 17; t < 30; t++)
        {
            var next = ids.narrow(1, t, 1);
            var replayed = decode.Step(next.to(device.TorchDevice)).clone();
            Assert.Equal("CUDA graph", decode.Execution);
            Assert.InRange(Gpu.RelativeError(replayed, model.Advance(next.to(device.TorchDevice), eagerState)), 0, 1e-5);
            Assert.InRange(Gpu.RelativeError(replayed, exact.Advance(next, exactState)), 0, 2e-3);
        }
    }

    [Theory]
    [InlineData("looped-full")]
    [InlineData("lt2-window")]
    [InlineData("lt2-hybrid-full-gdn")]
    [InlineData("lt2-kda")]
    public void Buckets_rows_at_different_positions_and_returns_change_nothing(string name)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = LoopedModel.Create(Variants.Small(name, loopCount: 2).WithMaximumLength(1100), 1, device, ScalarType.BFloat16);
        var ids = Variants.Ids(2, 1100).to(device.TorchDevice);
        LoopState Prefilled(int row, int length)
        {
            var single = model.NewState(1, 1100, 2);
            model.Advance(ids.narrow(0, row, 1).narrow(1, 0, length), single);
            return single;
        }
        using var first = Prefilled(0, 508);
        using var second = Prefilled(1, 90);
        using var eager = LoopState.Join([first, second]);
        using var state = LoopState.Join([first, second]);
        using var decode = new CapturedDecode(model, state);
        using var mark = state.Mark();
        for (var round = 0; round < 2; round++)
        {
            mark.Return();
            using var expected = eager.Fork();
            for (var t = 0; t < 9; t++)
            {
                var next = ids.narrow(1, t, 1);
                Assert.InRange(Gpu.RelativeError(decode.Step(next), model.Advance(next, expected)), 0, 1e-5);
            }
            Assert.Equal([517, 99], state.Offsets);
        }
        Assert.Equal("CUDA graph", decode.Execution);
    }

    [Fact]
    public void The_last_token_that_fits_can_be_captured()
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var model = LoopedModel.Create(Variants.Small("looped-full"), 1, device);
        using var state = model.NewState(1, 6, 1);
        using var decode = new CapturedDecode(model, state);
        model.Advance(Variants.Ids(1, 5).to(device.TorchDevice), state);
        Assert.True(decode.Step(Variants.Ids(1, 1).to(device.TorchDevice)).isfinite().all().item<bool>());
        Assert.Throws<ModelException>(() => decode.Step(Variants.Ids(1, 1).to(device.TorchDevice)));
    }
}
