using LT2.Eval.Models.Definitions;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Layers;

/// <summary>A norm over the model's width with its parameters: RMSNorm, or LayerNorm y = (x − mean) / √(variance + ε) · w + b (Ba et al., 2016).</summary>
internal sealed class BlockNorm
{
    readonly Tensor? bias;

    /// <summary>Claims <c>NAME.weight</c> and, for a LayerNorm, <c>NAME.bias</c>.</summary>
    internal BlockNorm(ModelDefinition definition, MixerParameters parameters, string name)
    {
        Weight = parameters[name + ".weight"];
        bias = definition.Norm == NormKind.Layer ? parameters[name + ".bias"] : null;
        Epsilon = definition.NormEpsilon;
    }

    /// <summary>Parameters of a norm of that name.</summary>
    internal static IEnumerable<ParameterDescription> Describe(ModelDefinition definition, string name) => definition.Norm == NormKind.Layer
        ? [ParameterDescription.Norm(name + ".weight", definition.Width), ParameterDescription.Bias(name + ".bias", definition.Width)]
        : [ParameterDescription.Norm(name + ".weight", definition.Width)];

    /// <summary>[d].</summary>
    internal Tensor Weight { get; }

    /// <summary>ε inside the root.</summary>
    internal double Epsilon { get; }

    /// <summary>Whether it is an RMSNorm, which kernels of decode steps join to their products.</summary>
    internal bool IsRootMeanSquare => bias is null;

    /// <summary>[…, d] → […, d].</summary>
    internal Tensor Apply(Tensor x) => bias is null ? RmsNorm.Apply(x, Weight, Epsilon) : nn.functional.layer_norm(x, [x.shape[^1]], Weight, bias, Epsilon);

    /// <summary>x and its norm, for a stream that is read further.</summary>
    internal (Tensor Kept, Tensor Normed) KeepThenNorm(Tensor x) => bias is null ? RmsNorm.KeepThenNorm(x, Weight, Epsilon) : (x, Apply(x));

    /// <summary>x + residual and its norm.</summary>
    internal (Tensor Sum, Tensor Normed) AddThenNorm(Tensor x, Tensor residual)
    {
        if (bias is null) return RmsNorm.AddThenNorm(x, residual, Weight, Epsilon);
        var sum = x.add(residual);
        return (sum, Apply(sum));
    }
}
