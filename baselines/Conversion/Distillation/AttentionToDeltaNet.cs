using LT2.Eval.Models.Looping;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Conversion.Distillation;

/// <summary>
/// First values of a GDN layer from an attention layer, head h from query head h:
/// <list type="bullet">
/// <item>W_q ← W_q; W_k, W_v ← rows of the key/value head that query head h reads (repeated under GQA); W_o ← W_o;</item>
/// <item>short convolutions ← the identity: weight 1 on the current token, 0 before, so that SiLU(W x) is all that stands between projection and recurrence;</item>
/// <item>head norm ← ones; output gate, W_a, W_b, A_log and dt_bias keep the first values of a new layer: attention has nothing of the kind.</item>
/// </list>
/// The rotation is lost: order enters through the decay and, once trained, the convolutions. A bias of attention (there is none in Ouro) would have no place.
/// </summary>
internal static class AttentionToDeltaNet
{
    /// <summary>Writes the values of one layer.</summary>
    /// <param name="target">The store of the new mixer.</param>
    /// <param name="prefix">Before its parameter names.</param>
    /// <param name="source">The attention's parameters by FLA's names, such as <c>q_proj.weight</c>.</param>
    /// <param name="shape">The attention's heads.</param>
    internal static void Fill(ParameterStore target, string prefix, Func<string, Tensor> source, AttentionShape shape)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var groups = shape.QueryHeads / shape.KeyHeads;
        foreach (var name in (string[])["q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight"])
        {
            var values = source(name);
            if (groups > 1 && name is "k_proj.weight" or "v_proj.weight")
                values = values.view(shape.KeyHeads, shape.HeadWidth, -1).repeat_interleave(groups, 0).view(shape.QueryHeads * shape.HeadWidth, -1);
            target.View(prefix + name).copy_(values);
        }
        foreach (var name in (string[])["q_conv1d.weight", "k_conv1d.weight", "v_conv1d.weight"])
        {
            if (!target.Has(prefix + name)) continue;
            var weight = target.View(prefix + name).zero_();
            weight.select(-1, weight.shape[^1] - 1).fill_(1);
        }
    }
}
