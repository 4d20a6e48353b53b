using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>
/// Rows of a table by token, with a gradient that is summed in float32 in the order of the tokens. libtorch's gradient of a selection adds with atomics in the table's own type: in no
/// fixed order, so that no training repeats, and in bfloat16 a token that comes often loses most of its sum.
/// </summary>
public sealed class FusedEmbedding : autograd.SingleTensorFunction<FusedEmbedding>
{
    // Few rows make few blocks; then the tokens are cut into slices, each summed by itself.
    const int RowsABlock = 32, MostSlices = 16, FewRows = 4096;

    /// <inheritdoc/>
    public override string Name => "fused_embedding";

    internal static bool Serves(Tensor table) => FusedOperations.Serves(table) && table.shape[1] % 32 == 0 && table.is_contiguous();

    /// <summary>[…] → […, d].</summary>
    /// <param name="table">[V, d].</param>
    /// <param name="ids">[…] int64, each below V.</param>
    public static Tensor Apply(Tensor table, Tensor ids)
    {
        ids = ids.contiguous();
        return FusedOperations.Recorded(table) ? apply(table, ids) : Run(table, ids);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward([(Tensor)vars[0], (Tensor)vars[1]]);
        return Run((Tensor)vars[0], (Tensor)vars[1]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (table, ids) = (saved[0], saved[1]);
        using var upstream = gradient.contiguous();
        var result = BackwardTensors.Keep(empty_like(table));
        var (vocabulary, width) = (table.shape[0], table.shape[1]);
        var perLane = new[] { (long)FusedOperations.Vector(table), 4, 2, 1 }.First(columns => width % (32 * columns) == 0);
        var slices = Math.Clamp(FewRows / vocabulary, 1, MostSlices);
        using var partial = empty(slices == 1 ? [1] : [slices, vocabulary, width], ScalarType.Float32, table.device);
        KernelFunction Kernel(string name) => KernelLibrary.Get(table, "embedding_gradient", name, ("WIDTH", width), ("PER_LANE", perLane));
        Kernel("embedding_gradient").Launch(((vocabulary + RowsABlock - 1) / RowsABlock, width / (32 * perLane) * slices), 256, ids, upstream, result, partial, ids.NumberOfElements, (int)vocabulary);
        if (slices > 1) Kernel("embedding_sum").Launch((result.NumberOfElements + 255) / 256, 256, partial, result, result.NumberOfElements, (int)slices);
        gradient.Dispose();
        return [result, null!];
    }

    static Tensor Run(Tensor table, Tensor ids)
    {
        using var flat = ids.flatten();
        using var rows = table.index_select(0, flat);
        return rows.view([.. ids.shape, table.shape[1]]);
    }
}
