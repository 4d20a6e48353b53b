using static TorchSharp.torch;

namespace LT2.Eval.Models.Mixers.Operators;

/// <summary>Feature maps of linear attention that have no parameters, over the last axis.</summary>
public static class FeatureMaps
{
    /// <summary><c>elu(x) + 1</c>, everywhere positive.</summary>
    public static Tensor EluPlusOne(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (nn.functional.elu(x, 1.0) + 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// DPFP (Schlag et al. 2021): with <c>y = [relu(x), −relu(x)]</c> (as flash-linear-attention has it), <c>[y ⊙ roll_1(y), …, y ⊙ roll_ν(y)]</c>, width 2νD.
    /// </summary>
    public static Tensor DeterministicParameterFree(Tensor x, int nu = 4)
    {
        using var scope = NewDisposeScope();
        var positive = x.relu();
        var y = cat([positive, -positive], -1);
        return cat([.. Enumerable.Range(1, nu).Select(j => y * y.roll(j, -1))], -1).MoveToOuterDisposeScope();
    }

    /// <summary>Hedgehog's output map (Zhang et al. 2024): <c>softmax([2y, −2y])</c> of an already projected y, width 2D.</summary>
    public static Tensor HedgehogSoftmax(Tensor y)
    {
        using var scope = NewDisposeScope();
        return cat([2 * y, -2 * y], -1).softmax(-1).MoveToOuterDisposeScope();
    }
}
