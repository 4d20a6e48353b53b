using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Mixers;

public sealed class MixerFormTests
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string, string> Cases => MixerUnderTest.Cases;

    [Fact]
    public void Every_mixer_of_the_catalogue_is_tested()
        => Assert.Empty(MixerCatalogue.All.Select(entry => entry.Name).Except(MixerUnderTest.Cases.Select(row => row.Data.Item1)));

    [Theory, MemberData(nameof(Cases))]
    public void The_parallel_form_equals_the_recurrent_form_token_by_token_with_extreme_decays(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = MixerUnderTest.Create(name, options, extremeDecays: true);
        var x = MixerUnderTest.Input(2, 200);
        using var walked = mixer.NewState(2);
        var steps = mixer.Walk(x, walked);
        foreach (var length in (int[])[1, 13, 64, 65, 200])
        {
            var part = x.narrow(1, 0, length);
            AssertClose(steps.narrow(1, 0, length), mixer.Mixer.Forward(part, null, MixerUnderTest.Call(2, 0)), $"length {length}");
        }
        using var state = mixer.NewState(2);
        mixer.Mixer.Forward(x, state, MixerUnderTest.Call(2, 0));
        foreach (var tensor in walked.Names)
        {
            AssertClose(walked[tensor], state[tensor], $"final state '{tensor}'");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_sequence_in_pieces_equals_the_whole(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = MixerUnderTest.Create(name, options);
        var x = MixerUnderTest.Input(2, 41);
        var whole = mixer.Mixer.Forward(x, null, MixerUnderTest.Call(2, 0));
        using var state = mixer.NewState(2);
        var pieces = new List<Tensor>();
        var start = 0;
        foreach (var length in (int[])[2, 18, 1, 20])
        {
            pieces.Add(mixer.Mixer.Forward(x.narrow(1, start, length), state, MixerUnderTest.Call(2, start)));
            start += length;
        }
        AssertClose(whole, cat(pieces, 1), "pieces");
    }

    [Theory, MemberData(nameof(Cases))]
    public void Rows_at_different_positions_decode_as_if_each_were_alone(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = MixerUnderTest.Create(name, options);
        var x = MixerUnderTest.Input(2, 24);
        int[] prompts = [5, 14];
        var alone = prompts.Select((prompt, row) => mixer.Mixer.Forward(x.narrow(0, row, 1), null, MixerUnderTest.Call(1, 0)).narrow(1, prompt, 6)).ToArray();

        var states = prompts.Select(_ => mixer.NewState(1)).ToArray();
        for (var row = 0; row < 2; row++)
        {
            mixer.Mixer.Forward(x.narrow(0, row, 1).narrow(1, 0, prompts[row]), states[row], MixerUnderTest.Call(1, 0));
        }
        using var joined = MixerState.Join(states);
        var together = new List<Tensor>();
        for (var t = 0; t < 6; t++)
        {
            var token = cat([.. prompts.Select((prompt, row) => x.narrow(0, row, 1).narrow(1, prompt + t, 1))], 0);
            var call = new MixerCall { Positions = new SequencePositions([.. prompts.Select(p => p + t)]) };
            together.Add(mixer.Mixer.Step(token, joined, call));
        }
        AssertClose(cat(alone, 0), cat(together, 1), "rows");
        Array.ForEach(states, state => state.Dispose());
    }

    [Theory, MemberData(nameof(Cases))]
    public void Steps_at_positions_in_device_memory_with_state_in_place_equal_those_at_positions_of_the_host(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = MixerUnderTest.Create(name, options);
        var x = MixerUnderTest.Input(2, 16);
        using var expected = mixer.NewState(2);
        using var inPlace = mixer.NewState(2);
        mixer.Mixer.Forward(x.narrow(1, 0, 7), expected, MixerUnderTest.Call(2, 0));
        mixer.Mixer.Forward(x.narrow(1, 0, 7), inPlace, MixerUnderTest.Call(2, 0));
        inPlace.KeepsAddresses = true;
        var before = inPlace.Names.Select(tensor => inPlace[tensor]).ToArray();
        for (var t = 7; t < 16; t++)
        {
            var where = new SequencePositions([19, 19]) { OnDevice = full([2], t, ScalarType.Int64) };
            var step = mixer.Mixer.Step(x.narrow(1, t, 1), inPlace, new MixerCall { Positions = where, LayerIndex = 1 });
            AssertClose(mixer.Mixer.Step(x.narrow(1, t, 1), expected, MixerUnderTest.Call(2, t)), step, $"token {t}");
        }
        Assert.All(inPlace.Names.Zip(before), pair => Assert.Same(pair.Second, inPlace[pair.First]));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Perturbing_a_token_changes_nothing_before_it_and_something_from_it_on(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = MixerUnderTest.Create(name, options);
        const int Perturbed = 21;
        var x = MixerUnderTest.Input(1, 40);
        var y = x.clone();
        y.select(1, Perturbed).add_(3 * MixerUnderTest.Input(1, 1, seed: 5).squeeze(1));
        var change = (mixer.Mixer.Forward(y, null, MixerUnderTest.Call(1, 0)) - mixer.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0))).abs();
        Assert.InRange(change.narrow(1, 0, Perturbed).max().item<double>(), 0, 1e-13);
        Assert.True(change.select(1, Perturbed).max().item<double>() > 1e-6, "the perturbed token's own output did not change");
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_description_counts_the_bytes_that_a_state_holds(string name, string options)
    {
        using var mixer = MixerUnderTest.Create(name, options);
        using var state = mixer.Mixer.NewState(3, 40, CPU, ScalarType.Float32);
        Assert.Equal(3 * mixer.Description.StateBytes(40, 4), state.Bytes);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Low_precision_gives_finite_outputs_near_those_of_float64(string name, string options)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var mixer = MixerUnderTest.Create(name, options);
        var x = MixerUnderTest.Input(1, 33);
        var exact = mixer.Mixer.Forward(x, null, MixerUnderTest.Call(1, 0));
        var entry = MixerCatalogue.Find(name)!;
        using var low = mixer.InElementType(entry, ScalarType.Float32);
        var single = low.Mixer.Forward(x.to_type(ScalarType.Float32), null, MixerUnderTest.Call(1, 0));
        Assert.Equal(ScalarType.Float32, single.dtype);
        Assert.InRange(RelativeError(exact, single.to_type(ScalarType.Float64)), 0, 1e-4);
        using var lower = mixer.InElementType(entry, ScalarType.BFloat16);
        var half = lower.Mixer.Forward(x.to_type(ScalarType.BFloat16), null, MixerUnderTest.Call(1, 0));
        Assert.Equal(ScalarType.BFloat16, half.dtype);
        Assert.True(half.isfinite().all().item<bool>());
    }

    private static void AssertClose(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        var error = RelativeError(expected, actual);
        Assert.True(error <= Tolerance, $"{what}: off by {error:G3} relative");
    }

    private static double RelativeError(Tensor expected, Tensor actual)
    {
        var error = ((expected - actual).abs().max() / expected.abs().max().clamp_min(1e-30)).item<double>();
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }
}
