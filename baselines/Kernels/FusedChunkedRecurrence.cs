using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Recurrences in chunks of 64 tokens on tensor cores: the delta rule (DeltaNet, Gated DeltaNet, KDA) and, without β, linear attention, retention, Mamba2, GLA and HGRN2.
/// Two kernels forward and three back, four with a decay for each key channel; bfloat16 operands, float32 sums and state. Backward recomputes the states between chunks.
/// Over many chunks of few heads a kernel that carries the state leaves multiprocessors idle, on which another works for the next chunks: such kernels are launched in runs of chunks.
/// Equal to the readable operators of <c>Mixers/Operators</c> up to rounding.
/// </summary>
public sealed class FusedChunkedRecurrence : autograd.MultiTensorFunction<FusedChunkedRecurrence>
{
    /// <inheritdoc/>
    public override string Name => "fused_chunked_recurrence";

    /// <summary>Whether the kernels take a recurrence of these inputs.</summary>
    /// <param name="k">Keys.</param>
    /// <param name="v">Values.</param>
    /// <param name="g">Log decays, or null.</param>
    /// <param name="delta">Whether it is a delta rule, whose kernels need more.</param>
    internal static bool Serves(Tensor k, Tensor v, Tensor? g = null, bool delta = true) =>
        FusedOperations.ServesOr(v, Obstacle(k, v, delta, g?.dim() == 4), "chunked recurrence");

    static string? Obstacle(Tensor k, Tensor v, bool delta, bool channels)
    {
        if (v.dtype != ScalarType.BFloat16) return $"values are {v.dtype}, not bfloat16";
        if (v.device_type != TorchSharp.DeviceType.CUDA) return "there is no GPU";
        return Shape(k, v, 1, delta, channels).Obstacle;
    }

    /// <summary>Outputs [B, L, HV, Dv] bfloat16 and, where it is needed, the final state [B, HV, Dk, Dv] float32.</summary>
    /// <param name="q">[B, L, H, Dk]; or, with <paramref name="k"/> null, queries and keys side by side, [B, L, 2 H, Dk].</param>
    /// <param name="k">[B, L, H, Dk], or null.</param>
    /// <param name="v">[B, L, HV, Dv] bfloat16, HV a multiple of H.</param>
    /// <param name="beta">[B, L, HV], or null for no delta rule.</param>
    /// <param name="g">[B, L, HV] natural logs of the decays, [B, L, HV, Dk] where every key channel has its own, or null for none.</param>
    /// <param name="scale">On q.</param>
    /// <param name="initial">[B, HV, Dk, Dv], or null for zeros.</param>
    /// <param name="needFinal">Whether the final state is asked for.</param>
    public static (Tensor Output, Tensor? Final) Apply(Tensor q, Tensor? k, Tensor v, Tensor? beta, Tensor? g, double scale, Tensor? initial = null, bool needFinal = true)
    {
        var (keyWidth, valueWidth) = (q.shape[3], v.shape[3]);
        if (keyWidth % 8 != 0 || valueWidth % 8 != 0)
        {
            // Columns of zeros change nothing; the kernels read rows by 16 bytes.
            var (keyPad, valuePad) = ((8 - keyWidth % 8) % 8, (8 - valueWidth % 8) % 8);
            Tensor Padded(Tensor x, long columns, long rows = 0) => nn.functional.pad(x, rows == 0 ? [0, columns] : [0, columns, 0, rows]);
            var (o, state) = Apply(Padded(q, keyPad), k is null ? null : Padded(k, keyPad), Padded(v, valuePad), beta, g?.dim() == 4 ? Padded(g, keyPad) : g, scale,
                initial is null ? null : Padded(initial, valuePad, keyPad), needFinal);
            return (o.narrow(3, 0, valueWidth), state?.narrow(2, 0, keyWidth).narrow(3, 0, valueWidth).contiguous());
        }
        (q, k, v) = (Rows(q), k is null ? null : Rows(k), Rows(v));
        (beta, g, initial) = (Single(beta), Single(g), Single(initial));
        if (FusedOperations.Recorded(q, k, v, beta, g, initial))
        {
            var outputs = apply(q, k!, v, beta!, g!, initial!, scale, needFinal);
            return (outputs[0], needFinal ? outputs[1] : null);
        }
        var (output, final, _) = Kernels(q, k, v, beta, g, scale).Forward(initial, needFinal, forBackward: false);
        return (output, final);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var inputs = vars.Take(6).Select(x => x as Tensor).ToArray();
        var needFinal = (bool)vars[7];
        var kernels = Kernels(inputs[0]!, inputs[1], inputs[2]!, inputs[3], inputs[4], (double)vars[6]);
        var (o, final, matrices) = kernels.Forward(inputs[5], needFinal, forBackward: true);
        ctx.set_materialize_grads(false);
        Tensor?[] saved = [.. inputs, matrices.Queries, matrices.Keys, matrices.Kept, matrices.Inverse, matrices.Attention, matrices.Factors];
        ctx.save_for_backward([.. saved.OfType<Tensor>()]);
        ctx.save_data("present", saved.Select(x => x is not null).ToArray());
        ctx.save_data("scale", vars[6]);
        return needFinal ? [o, final!] : [o];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        var held = new Queue<Tensor>(ctx.get_saved_variables());
        var saved = ((bool[])ctx.get_data("present")).Select(there => there ? held.Dequeue() : null).ToArray();
        var (q, k, v, beta, g, initial) = (saved[0]!, saved[1], saved[2]!, saved[3], saved[4], saved[5]);
        var matrices = new ChunkMatrices(saved[6], saved[7], saved[8], saved[9], saved[10]!, saved[11]!);
        var (heads, valueHeads) = (q.shape[2] / (k is null ? 2 : 1), v.shape[2]);
        var kernels = Kernels(q, k, v, beta, g, (double)ctx.get_data("scale"));
        var dout = gradients[0].IsInvalid ? zeros(v.shape, v.dtype, v.device) : gradients[0].to(v.dtype).contiguous();
        var dfinal = gradients.Count > 1 && !gradients[1].IsInvalid ? gradients[1].contiguous() : null;

        var (states, y) = kernels.SaveStates(matrices, initial);
        var reversed = kernels.Reverse(matrices, states, y, dout, dfinal, initial is not null);
        // With shared keys every value head leaves its own part, which is summed afterwards: adding them up in place would not repeat bit for bit.
        var both = empty([q.shape[0], q.shape[1], 2, valueHeads, q.shape[3]], q.dtype, q.device);
        var dg = g is null ? null : empty_like(g);
        var dbeta = beta is null || g?.dim() == 4 ? null : empty_like(beta);
        if (g?.dim() == 4) dbeta = kernels.ChannelGradients(matrices, reversed, both.select(2, 0), both.select(2, 1), dg!);
        else kernels.Gradients(matrices, reversed, states, y, dout, both.select(2, 0), both.select(2, 1), dg, dbeta);
        if (valueHeads != heads) both = both.unflatten(3, [heads, valueHeads / heads]).sum([4], type: ScalarType.Float32).to(q.dtype);
        foreach (var gradient in gradients) gradient.Dispose();
        var (dq, dk) = k is null ? (both.flatten(2, 3), null) : (both.select(2, 0), both.select(2, 1));
        return [Keep(dq)!, Keep(dk)!, Keep(reversed.Values)!, Keep(dbeta)!, Keep(dg)!, Keep(reversed.Initial)!, null!, null!];
    }

    static Tensor? Keep(Tensor? gradient) => gradient is null ? null : BackwardTensors.Keep(gradient);

    static ChunkKernels Kernels(Tensor q, Tensor? k, Tensor v, Tensor? beta, Tensor? g, double scale)
    {
        var heads = q.shape[2] / (k is null ? 2 : 1);
        if (k is null) (q, k) = (q.narrow(2, 0, heads), q.narrow(2, heads, heads));
        var shape = Shape(q, v, heads, beta is not null, g?.dim() == 4);
        return new(shape, q, k, v, beta, g, (float)scale);
    }

    static ChunkShape Shape(Tensor k, Tensor v, long heads, bool delta, bool channels)
    {
        var facts = CudaDeviceFacts.Of(KernelLibrary.Index(v.device));
        return new(v.shape[0], v.shape[1], heads, v.shape[2], k.shape[3], v.shape[3], delta, channels, facts.MultiprocessorCount, facts.SharedBytesPerBlock, facts.ComputeCapability == 90);
    }

    /// <summary>bfloat16 with dense heads whose rows start on 16 bytes: as it is where possible, else a copy.</summary>
    static Tensor Rows(Tensor x)
    {
        x = x.to(ScalarType.BFloat16);
        var fits = x.stride(3) == 1 && x.stride(2) == x.shape[3] && FusedOperations.TokensFollow(x) && FusedOperations.IsAligned(x);
        return fits ? x : x.is_contiguous() ? x.clone() : x.contiguous();
    }

    static Tensor? Single(Tensor? x) => x?.to(ScalarType.Float32).contiguous();
}
