using LT2.Eval.Models.Looping;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>
/// A forward and backward pass that keeps only what enters each block and computes the rest again when its gradient is due (Chen et al. 2016): memory of one block and one
/// readout beside T · N residual streams, for a third more arithmetic. For mixers that hand nothing from call to call (attention, GDN).
/// </summary>
internal sealed class RecomputedPass(LoopedModel model)
{
    /// <summary>Adds the gradient of Σ_τ loss_τ to the parameters.</summary>
    /// <param name="ids">[B, L], int64.</param>
    /// <param name="lossOf">The loss of a readout, given the loop (from 1) and the normed state [B, L, d]; null where the loop has none.</param>
    /// <returns>The sum of the losses, without gradient.</returns>
    internal Tensor Backward(Tensor ids, Func<int, Tensor, Tensor?> lossOf)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var positions = SequencePositions.All((int)ids.shape[0], 0);
        var loops = model.Definition.LoopCount;
        var (inputs, ends) = Forward(ids, positions, loops);
        Tensor? sum = null, upstream = null;
        for (var loop = loops - 1; loop >= 0; loop--)
        {
            var gradient = Readout(loop, inputs[loop][0], ends[loop], upstream, lossOf, ref sum, out var skipped);
            for (var layer = model.Definition.LayerCount - 1; layer >= 0; layer--)
                gradient = Through(inputs[loop][layer], gradient, x => Block(x, loop, layer, positions));
            upstream = skipped is null ? gradient : gradient.add(skipped);
        }
        using (enable_grad()) model.Embed(ids).mul(upstream!).sum().backward();
        Kernels.BackwardTensors.Release();
        return sum!.MoveToOuterDisposeScope();
    }

    (Tensor[][] Inputs, Tensor[] Ends) Forward(Tensor ids, SequencePositions positions, int loops)
    {
        var inputs = new Tensor[loops][];
        var ends = new Tensor[loops];
        var h = model.Embed(ids);
        for (var loop = 0; loop < loops; loop++)
        {
            inputs[loop] = new Tensor[model.Definition.LayerCount];
            for (var layer = 0; layer < inputs[loop].Length; layer++)
            {
                using var inner = NewDisposeScope();
                inputs[loop][layer] = h;
                h = Block(h, loop, layer, positions).MoveToOuterDisposeScope();
            }
            ends[loop] = h;
            h = model.EndLoop(h, inputs[loop][0], loop).Next;
        }
        return (inputs, ends);
    }

    Tensor Block(Tensor h, int loop, int layer, SequencePositions positions) =>
        model.RunBlock(h, model.Definition.MixerAt(loop, layer), null, new MixerCall { Positions = positions, LoopIndex = loop, LayerIndex = layer });

    /// <returns>The gradient of what the loop's last block gave; <paramref name="skipped"/> is that of what entered the loop, past the blocks, where there is a residual gate.</returns>
    Tensor Readout(int loop, Tensor before, Tensor end, Tensor? upstream, Func<int, Tensor, Tensor?> lossOf, ref Tensor? sum, out Tensor? skipped)
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var (start, h) = (before.detach().requires_grad_(true), end.detach().requires_grad_(true));
        var (next, normed) = model.EndLoop(h, start, loop);
        var loss = lossOf(loop + 1, normed);
        if (loss is not null)
        {
            using var off = no_grad();
            var known = sum;
            sum = (known is null ? loss.detach().clone() : known.add(loss.detach())).MoveToOuterDisposeScope();
        }
        var terms = new[] { loss, upstream is null ? null : next.mul(upstream).sum() }.OfType<Tensor>().ToArray();
        terms.Aggregate((total, term) => total.add(term.to(total.dtype))).backward();
        Kernels.BackwardTensors.Release();
        skipped = model.Definition.ResidualGate ? start.grad!.MoveToOuterDisposeScope() : null;
        return h.grad!.MoveToOuterDisposeScope();
    }

    static Tensor Through(Tensor input, Tensor gradient, Func<Tensor, Tensor> block)
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var x = input.detach().requires_grad_(true);
        block(x).mul(gradient).sum().backward();
        Kernels.BackwardTensors.Release();
        return x.grad!.MoveToOuterDisposeScope();
    }
}
