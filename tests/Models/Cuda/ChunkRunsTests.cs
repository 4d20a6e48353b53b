using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Runtime.Cuda;
using LT2.Eval.Models.Verification.Kernels;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>
/// A long sequence goes through the kernels in runs of chunks, whose kernels run beside each other. Cut into sequences too short for that, each going on from the state of the
/// one before, it must give the same to the last bit: outputs, states and gradients, and outputs also from a graph.
/// </summary>
public sealed class ChunkRunsTests
{
    const long Length = 130 * ChunkShape.Chunk + 13, Piece = 40 * ChunkShape.Chunk;

    static readonly string[] Inputs = ["q", "k", "v", "beta", "g", "initial"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Runs_beside_each_other_give_what_short_sequences_give(bool channelDecay)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        var x = new RecurrenceInputs(device.TorchDevice, "usual", 1, Length, 16, 16, 128, 128, channelDecay);
        (Tensor Output, Tensor? Final) Apply(long first, long count, Tensor state)
        {
            Tensor Of(string name) => x.Given(name).narrow(1, first, count);
            return FusedChunkedRecurrence.Apply(Of("q"), Of("k"), Of("v"), Of("beta"), Of("g"), 0.3, state);
        }
        (Tensor Output, Tensor? Final) InPieces()
        {
            List<Tensor> outputs = [];
            Tensor? state = x.Given("initial");
            for (var first = 0L; first < Length; first += Piece)
            {
                (var o, state) = Apply(first, Math.Min(Piece, Length - first), state!);
                outputs.Add(o);
            }
            return (cat(outputs, 1), state);
        }
        Tensor[] WithGradients((Tensor Output, Tensor? Final) y)
        {
            var gradients = autograd.grad([y.Output, y.Final!], [.. Inputs.Select(x.Given)], [x.Given("dout").detach(), x.Given("dfinal").detach()]);
            Tensor[] all = [.. new[] { y.Output, y.Final! }.Concat(gradients).Select(result => result.detach().clone())];
            BackwardTensors.Release();
            return all;
        }
        var whole = WithGradients(Apply(0, Length, x.Given("initial")));
        foreach (var (name, given, expected) in ((string[])["output", "final state", .. Inputs.Select(input => "gradient of " + input)]).Zip(whole, WithGradients(InPieces())))
            Assert.True(given.equal(expected).all().item<bool>(), $"{name} differs");

        var kept = empty_like(whole[0]);
        using var graph = CudaGraph.Capture(device, () =>
        {
            using var inner = NewDisposeScope();
            using var off = no_grad();
            kept.copy_(Apply(0, Length, x.Given("initial")).Output);
        });
        for (var replay = 0; replay < 3; replay++)
        {
            kept.fill_(double.NaN);
            graph.Replay();
            device.Synchronise();
            Assert.True(kept.equal(whole[0]).all().item<bool>(), "the graph differs");
        }
    }
}
