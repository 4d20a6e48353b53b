using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Tests.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Every mixer on a GPU against itself in float64 on the CPU, all at once and token by token.</summary>
public sealed class MixerFormCudaTests
{
    const int Batch = 2, Longest = 65;

    public static TheoryData<string, string> Cases => MixerUnderTest.Cases;

    // In float32 decays stay moderate: extreme ones are the float64 rows' matter.
    [Theory, MemberData(nameof(Cases))]
    public void In_float64_both_forms_equal_the_CPUs_with_extreme_decays(string name, string options) => Compare(name, options, ScalarType.Float64, extremeDecays: true, 1e-9);

    [Theory, MemberData(nameof(Cases))]
    public void In_float32_both_forms_equal_those_of_float64(string name, string options) => Compare(name, options, ScalarType.Float32, extremeDecays: false, 1e-4);

    static void Compare(string name, string options, ScalarType type, bool extremeDecays, double tolerance)
    {
        var device = Gpu.Require().TorchDevice;
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var exact = MixerUnderTest.Create(name, options, extremeDecays);
        using var mixer = exact.InElementType(MixerCatalogue.Find(name)!, type, device);
        var x = MixerUnderTest.Input(Batch, Longest);
        using var walked = exact.NewState(Batch);
        var expected = exact.Walk(x, walked);
        var moved = x.to(type, device);
        foreach (var length in (int[])[1, 13, 64, Longest])
        {
            AssertClose(expected.narrow(1, 0, length), mixer.Mixer.Forward(moved.narrow(1, 0, length), null, MixerUnderTest.Call(Batch, 0)), $"{length} tokens at once");
        }
        using var state = mixer.Mixer.NewState(Batch, MixerUnderTest.MaximumLength, device, type);
        AssertClose(expected, mixer.Walk(moved, state), "token by token");
        foreach (var tensor in walked.Names) AssertClose(walked[tensor], state[tensor], $"state '{tensor}'");

        void AssertClose(Tensor want, Tensor got, string what)
        {
            Assert.Equal(want.shape, got.shape);
            var error = (want - got.to(ScalarType.Float64).cpu()).abs().max().item<double>() / Math.Max(want.abs().max().item<double>(), 1e-30);
            Assert.True(error <= tolerance, $"{what}: off by {error:G3} relative");
        }
    }
}
