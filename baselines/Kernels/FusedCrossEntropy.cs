using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Head and cross-entropy as one operation: mean over labelled positions of −log softmax(W h)[label]. Logits exist in the model's element type only, a chunk of rows at
/// a time; the gradient is written over them, so each logit is computed once and float32 logits never exist.
/// </summary>
public sealed class FusedCrossEntropy : autograd.SingleTensorFunction<FusedCrossEntropy>
{
    // Bytes of one chunk of logits: gradients are large products of a chunk, and memory stays small beside the activations. The logits of one pass stay in the L2 cache
    // between their product and their kernel, where a pass of that size has rows enough for a product at full rate.
    const long ChunkBytes = 512L << 20, PassBytes = 24L << 20, PassRows = 1024;

    /// <inheritdoc/>
    public override string Name => "fused_cross_entropy";

    internal static bool Serves(Tensor hidden, Tensor head) =>
        FusedOperations.Serves(hidden) && head.dtype == hidden.dtype && head.shape[0] % FusedOperations.Vector(hidden) == 0 && hidden.shape[^1] % FusedOperations.Vector(hidden) == 0;

    /// <summary>The mean loss, a float32 scalar; 0 where no label counts.</summary>
    /// <param name="hidden">[…, d], normed.</param>
    /// <param name="head">[V, d].</param>
    /// <param name="labels">[…] int64.</param>
    /// <param name="ignored">A label that does not count.</param>
    public static Tensor Apply(Tensor hidden, Tensor head, Tensor labels, long ignored = -100)
    {
        hidden = hidden.contiguous().view(-1, hidden.shape[^1]);
        labels = labels.contiguous().view(-1);
        return FusedOperations.Recorded(hidden, head) ? apply(hidden, head, labels, ignored) : Run(hidden, head, labels, ignored, false).Loss;
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (loss, dhidden, dhead) = Run((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (long)vars[3], true);
        ctx.save_for_backward([dhidden!, dhead!]);
        return loss;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        using var factor = gradient.to(ScalarType.Float32);
        var (dhidden, dhead) = (BackwardTensors.Keep(empty_like(saved[0])), BackwardTensors.Keep(empty_like(saved[1])));
        var packs = (saved[0].NumberOfElements + saved[1].NumberOfElements) / FusedOperations.Vector(saved[0]);
        KernelLibrary.Get(saved[0], "columns", "scale_both").Launch((packs + 255) / 256, 256, saved[0], saved[1], factor, dhidden, dhead, saved[0].NumberOfElements, saved[1].NumberOfElements);
        gradient.Dispose();
        return [dhidden, dhead, null!, null!];
    }

    static (Tensor Loss, Tensor? HiddenGradient, Tensor? HeadGradient) Run(Tensor hidden, Tensor head, Tensor labels, long ignored, bool needGradient)
    {
        var (rows, vocabulary) = (hidden.shape[0], head.shape[0]);
        var chunk = Math.Min(rows, Math.Max(128, ChunkBytes / (vocabulary * hidden.element_size())));
        var pass = PassBytes / (vocabulary * hidden.element_size()) / 128 * 128;
        if (pass < PassRows) pass = chunk;
        var narrow = NarrowCrossEntropy.Serves(hidden, head, chunk);
        var counts = empty([2], ScalarType.Float32, hidden.device);
        var losses = empty([rows], ScalarType.Float32, hidden.device);
        var loss = empty([], ScalarType.Float32, hidden.device);
        // A row stays in registers where 512 threads can hold it, eight packs each.
        var packs = vocabulary / FusedOperations.Vector(hidden);
        var threads = packs is > 1024 and <= 4096 ? 512 : 256;
        KernelFunction Kernel(string name) => KernelLibrary.Get(hidden, "cross_entropy", name, ("ROW_THREADS", threads), ("KEPT", packs <= 4096 ? (packs + threads - 1) / threads : 0));
        Kernel("count_labels").Launch(1, 1024, labels, rows, ignored, counts);
        var kernel = Kernel("cross_entropy_rows");
        var dhidden = needGradient ? empty_like(hidden) : null;
        Tensor? dhead = null;
        for (long start = 0; start < rows; start += chunk)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(chunk, rows - start);
            var h = hidden.narrow(0, start, count);
            var logits = narrow && !needGradient ? null : empty([count, vocabulary], hidden.dtype, hidden.device);
            var dh = dhidden?.narrow(0, start, count);
            if (narrow)
            {
                NarrowCrossEntropy.Launch(h, head, labels.narrow(0, start, count), counts, losses.narrow(0, start, count), dh, logits, ignored);
            }
            else
            {
                for (long first = 0; first < count; first += pass)
                {
                    var some = Math.Min(pass, count - first);
                    var part = logits!.narrow(0, first, some).addmm_(h.narrow(0, first, some), head.t(), beta: 0, alpha: 1);
                    kernel.Launch(some, threads, part, labels.narrow(0, start + first, some), counts, losses.narrow(0, start + first, some), vocabulary, ignored, needGradient ? 1 : 0);
                }
                dh?.addmm_(logits!, head, beta: 0, alpha: 1);
            }
            if (!needGradient) continue;
            var own = logits!.t().matmul(h);
            // Chunks of the head's gradient add up in float32.
            if (count == rows) dhead = own.MoveToOuterDisposeScope();
            else if (dhead is null) dhead = own.to(ScalarType.Float32).MoveToOuterDisposeScope();
            else dhead.add_(own);
        }
        Kernel("mean_loss").Launch(1, 1024, losses, counts, loss, rows);
        return (loss, dhidden, dhead?.to(hidden.dtype));
    }
}
