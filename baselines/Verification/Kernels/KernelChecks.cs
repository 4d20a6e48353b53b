using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Mixers.Operators;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Verification.Kernels;

/// <summary>Every kernel that has a readable version: one line for each case of it.</summary>
internal static class KernelChecks
{
    public static IReadOnlyList<KernelCheck> All { get; } =
    [
        .. OperationCheck.Of("RMSNorm", [[3, 37, 512], [512]], x => [FusedRmsNorm.Apply(x[0], x[1], 1e-6)], x => [RmsNorm.Apply(x[0], x[1], 1e-6)]),
        .. OperationCheck.Of("residual and RMSNorm", [[300, 128], [300, 128], [128]],
            x => Pair(FusedRmsNorm.AddThenNorm(x[0], x[1], x[2], 1e-6)), x => [x[0].add(x[1]), RmsNorm.Apply(x[0].add(x[1]), x[2], 1e-6)]),
        .. OperationCheck.Of("gated RMSNorm", [[2, 75, 3, 48], [48], [2, 75, 3, 48]], x => [FusedGatedNorm.Apply(x[0], x[1], x[2], 1e-6, swish: true)],
            x => [RmsNorm.Gated(x[0], x[1], nn.functional.silu(x[2]), 1e-6)]),
        .. OperationCheck.Of("SwiGLU", [[2, 75, 192]], x => [FusedSwiGlu.Apply(x[0])],
            x => [nn.functional.silu(x[0].narrow(-1, 0, 96)).mul(x[0].narrow(-1, 96, 96))]),
        .. OperationCheck.Of("short convolution", [[3, 131, 64], [64, 1, 4]], x => [FusedShortConvolution.Apply(x[0], x[1])],
            x => [nn.functional.silu(ShortConvolution.Apply(x[0], x[1]))], bfloat16Tolerance: 1.2e-2),
        .. OperationCheck.Of("L2 norm", [[2, 33, 5, 24]], x => [FusedL2Norm.Apply(x[0], 1e-6)], x => [x[0].mul(x[0].square().sum(-1, keepdim: true).add(1e-6).rsqrt())]),
        .. OperationCheck.Of("decay gates", [[2, 300, 6], [2, 300, 6], [6], [6]], x => Pair(FusedDecayGates.Apply(x[0], x[1], x[2], x[3], 2)),
            x => [nn.functional.softplus(x[0].add(x[3])).mul(x[2].exp().neg()), x[1].sigmoid().mul(2)]),
        .. OperationCheck.Of("causal attention", [[2, 300, 3, 64], [2, 300, 3, 64], [2, 300, 3, 64]],
            x => [ScaledDotProductAttention.Causal(x[0], x[1], x[2])], x => [SoftmaxAttention.Causal(x[0], x[1], x[2])], float32: false),
        RecurrenceCheck.Of(true, "usual", 2, 200, 2, 4, 24, 48),
        RecurrenceCheck.Of(true, "no decay", 1, 130, 2, 2, 64, 64),
        RecurrenceCheck.Of(true, "extreme", 1, 200, 2, 2, 128, 128),
        RecurrenceCheck.Of(true, "mixed", 1, 200, 2, 2, 96, 192),
        RecurrenceCheck.Of(true, "correlated keys", 2, 200, 2, 2, 32, 64),
        RecurrenceCheck.Of(true, "β to 2", 1, 65, 1, 3, 40, 80),
        RecurrenceCheck.Of(true, "near one", 1, 300, 1, 1, 256, 256),
        RecurrenceCheck.Of(false, "usual", 2, 150, 1, 3, 32, 48),
        RecurrenceCheck.Of(false, "extreme", 1, 200, 2, 2, 128, 64),
        RecurrenceCheck.Of(true, "usual", 2, 200, 2, 4, 24, 48, channelDecay: true),
        RecurrenceCheck.Of(true, "extreme", 1, 200, 2, 2, 128, 128, channelDecay: true),
        RecurrenceCheck.Of(true, "mixed", 1, 300, 2, 2, 96, 192, channelDecay: true),
        RecurrenceCheck.Of(true, "correlated keys", 1, 65, 1, 3, 64, 64, channelDecay: true),
        RecurrenceCheck.Of(false, "mixed", 1, 200, 2, 2, 128, 128, channelDecay: true),
        RecurrenceCheck.Of(false, "usual", 1, 130, 1, 1, 256, 512, channelDecay: true),
        SparseCheck.Window(2, 300, 300, 4, 4, 64, 50),
        SparseCheck.Window(1, 517, 700, 16, 1, 128, 130),
        SparseCheck.Window(1, 1000, 1000, 6, 2, 128, 256),
        SparseCheck.Window(2, 129, 129, 4, 2, 64, 1000),
        SparseCheck.Window(1, 200, 230, 2, 2, 64, 1),
        SparseCheck.BestKeys(700, 700, 4, 4, 128, 16, 64, 100),
        SparseCheck.BestKeys(500, 600, 16, 1, 128, 4, 64, 64),
        SparseCheck.BestKeys(1500, 1500, 16, 2, 64, 4, 64, 8),
        SparseCheck.BestKeys(400, 400, 6, 3, 32, 3, 32, 16),
        SparseCheck.BestKeys(200, 200, 4, 4, 64, 2, 128, 300),
        SparseCheck.BestKeys(16, 9000, 4, 4, 64, 4, 64, 700),
        SparseCheck.Native(700, 700, 16, 1, 128, new(64, 4, 100)),
        SparseCheck.Native(300, 1500, 16, 2, 64, new(32, 8, 128)),
        SparseCheck.Native(333, 333, 4, 2, 32, new(8, 5, 16)),
    ];

    private static Tensor[] Pair((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];
}
