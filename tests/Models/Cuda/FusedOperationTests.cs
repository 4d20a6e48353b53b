using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using LT2.Eval.Models.Runtime.Cuda;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Each fused operation, forward and backward, against the plain one in float64. bfloat16 carries 8 bits: single roundings of 2⁻⁹ and sums of a few of them.</summary>
public sealed class FusedOperationTests
{
    static double Tolerance(string type) => type == "bfloat16" ? 8e-3 : 1e-5;

    [Theory]
    [InlineData("float32", 128)]
    [InlineData("bfloat16", 128)]
    [InlineData("float32", 40)]
    [InlineData("bfloat16", 512)]
    [InlineData("bfloat16", 2048)]
    [InlineData("float32", 1536)]
    public void Rms_norm_equals_the_plain_one(string type, int width) => Gpu.Compare(type, [[3, 37, width], [width]],
        x => [FusedRmsNorm.Apply(x[0], x[1], 1e-6)], x => [RmsNorm.Apply(x[0], x[1], 1e-6)], Tolerance(type));

    [Theory]
    [InlineData("float32", 64)]
    [InlineData("bfloat16", 128)]
    [InlineData("bfloat16", 2048)]
    public void Residual_sum_and_norm_equal_the_plain_ones(string type, int width) => Gpu.Compare(type, [[600, width], [600, width], [width]],
        x => Pair(FusedRmsNorm.AddThenNorm(x[0], x[1], x[2], 1e-6)), x => [x[0].add(x[1]), RmsNorm.Apply(x[0].add(x[1]), x[2], 1e-6)], Tolerance(type));

    [Theory]
    [InlineData("float32", 64)]
    [InlineData("bfloat16", 128)]
    public void A_stream_that_is_read_beside_its_norm_has_the_gradient_of_both(string type, int width) => Gpu.Compare(type, [[600, width], [width]],
        x => Pair(FusedRmsNorm.KeepThenNorm(x[0], x[1], 1e-6)), x => [x[0].mul(1), RmsNorm.Apply(x[0], x[1], 1e-6)], Tolerance(type));

    [Theory]
    [InlineData("float32", 96)]
    [InlineData("bfloat16", 512)]
    public void Swiglu_equals_the_plain_one(string type, int inner) => Gpu.Compare(type, [[2, 75, 2 * inner]],
        x => [FusedSwiGlu.Apply(x[0])], x => [nn.functional.silu(x[0].narrow(-1, 0, inner)).mul(x[0].narrow(-1, inner, inner))], Tolerance(type));

    [Theory]
    [InlineData(512)]
    [InlineData(192)] // slices that the multiprocessors cannot be shared out among evenly
    public void Narrow_feed_forward_with_its_norm_equals_the_plain_ones(int inner) => Gpu.Compare("bfloat16", [[5, 1000, 128], [5, 1000, 128], [128], [2 * inner, 128], [128, inner]],
        x =>
        {
            if (CudaDeviceFacts.Of(0).ComputeCapability != 90) Assert.Skip("its kernels are Hopper's");
            Assert.True(FusedNarrowFeedForward.Serves(x[0], x[2], x[3], x[4]));
            return Pair(FusedNarrowFeedForward.Apply(x[0], x[1], x[2], 1e-6, x[3], x[4]));
        },
        x =>
        {
            var sum = x[0].add(x[1]);
            var both = RmsNorm.Apply(sum, x[2], 1e-6).matmul(x[3].t()).chunk(2, -1);
            return [sum, nn.functional.silu(both[0]).mul(both[1]).matmul(x[4].t())];
        }, Tolerance("bfloat16"), scale: 0.2);

    // One id many times over, as spaces are in text: sums in the elements' type would lose most of it.
    [Theory]
    [InlineData("float32", 96, 2, 1000)]
    [InlineData("bfloat16", 64, 3, 5000)]
    [InlineData("bfloat16", 128, 300, 20000)]
    [InlineData("bfloat16", 512, 9001, 3001)]
    public void Embedding_gradients_are_summed_in_float32_and_repeat_to_the_last_bit(string type, int width, int vocabulary, int tokens)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var generator = new Generator(17, CPU);
        var ids = randint(vocabulary, [5, tokens / 5], dtype: ScalarType.Int64, generator: generator);
        ids = ids.masked_fill(rand(ids.shape, generator: generator).lt(0.5), 1);
        var table = randn([vocabulary, width], generator: generator).to(Gpu.Type(type));
        var upstream = rand([5, tokens / 5, width], generator: generator).to(Gpu.Type(type));
        Tensor Gradient(Tensor weight, Func<Tensor, Tensor> rows)
        {
            weight = weight.detach().requires_grad_(true);
            var selected = rows(weight);
            selected.mul(upstream.to(weight.dtype).to(weight.device)).sum().backward();
            BackwardTensors.Release();
            return weight.grad!;
        }
        var onGpu = table.to(device.TorchDevice);
        Tensor Given() => Gradient(onGpu, weight =>
        {
            Assert.True(FusedEmbedding.Serves(weight));
            return FusedEmbedding.Apply(weight, ids.to(device.TorchDevice));
        });
        var given = Given();
        Assert.InRange(Gpu.RelativeError(given, Gradient(table.to(ScalarType.Float64), weight => weight.index_select(0, ids.flatten()).view(5, -1, width))), 0, Tolerance(type));
        Assert.True(given.eq(Given()).all().item<bool>());
        Assert.True(FusedEmbedding.Apply(onGpu, ids.to(device.TorchDevice)).cpu().eq(table.index_select(0, ids.flatten()).view(5, -1, width)).all().item<bool>());
    }

    [Fact]
    public void A_backward_pass_with_a_branch_gives_the_same_gradients()
    {
        var device = Gpu.RequireKernels().TorchDevice;
        if (CudaDeviceFacts.Of(0).ComputeCapability != 90) Assert.Skip("its kernels are Hopper's");
        using var scope = NewDisposeScope();
        using var generator = new Generator(23, CPU);
        Tensor Draw(params long[] shape) => randn(shape, generator: generator).mul(0.2).to(ScalarType.BFloat16).to(device);
        var x = Draw(5, 1000, 128);
        Tensor[] weights = [Draw(128), Draw(512, 128), Draw(128, 256), Draw(384, 128), Draw(128, 384), Draw(3, 128)];
        double[] Gradients(bool branch)
        {
            var own = weights.Select(weight => weight.detach().clone().requires_grad_(true)).ToArray();
            foreach (var weight in own) weight.grad = full_like(weight, 0.5);
            var h = x;
            for (var loop = 0; loop < 3; loop++)
            {
                var mixed = LinearIntoGradient.Apply(LinearIntoGradient.Apply(h, own[3]).tanh(), own[4]);
                var (sum, fed) = FusedNarrowFeedForward.Apply(mixed, h, own[0], 1e-6, own[1], own[2]);
                h = ResidualGate.Apply(sum, fed, own[5], loop, h);
            }
            var loss = h.to(ScalarType.Float32).square().mean();
            using (branch ? BackwardBranch.Begin(device) : null) loss.backward();
            BackwardTensors.Release();
            return [.. own.SelectMany(weight => weight.grad!.to(ScalarType.Float64).cpu().data<double>())];
        }
        Assert.Equal(Gradients(branch: false), Gradients(branch: true));
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void Norms_and_convolutions_gather_the_gradients_of_shared_weights_in_place(string type)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Tensor Draw(params long[] shape) => randn(shape, generator: generator).to(Gpu.Type(type));
        var (x, norm, taps) = (Draw(3, 70, 96), Draw(96), Draw(96, 1, 4));
        (Tensor Norm, Tensor Taps) Gradients(Tensor input, Tensor norm, Tensor taps, Func<Tensor, Tensor, Tensor> normed, Func<Tensor, Tensor, Tensor> convolved)
        {
            (input, norm, taps) = (input.detach(), norm.detach().requires_grad_(true), taps.detach().requires_grad_(true));
            (norm.grad, taps.grad) = (full_like(norm, 2), full_like(taps, 3));
            convolved(normed(convolved(normed(input, norm), taps), norm), taps).square().sum().backward();
            BackwardTensors.Release();
            return (norm.grad!, taps.grad!);
        }
        Tensor On(Tensor t) => t.to(device.TorchDevice);
        Tensor Exact(Tensor t) => t.to(ScalarType.Float64);
        var given = Gradients(On(x), On(norm), On(taps), (a, w) => FusedRmsNorm.Apply(a, w, 1e-6), FusedShortConvolution.Apply);
        var expected = Gradients(Exact(x), Exact(norm), Exact(taps), (a, w) => RmsNorm.Apply(a, w, 1e-6), (a, w) => nn.functional.silu(ShortConvolution.Apply(a, w)));
        Assert.InRange(Gpu.RelativeError(given.Norm, expected.Norm), 0, 2 * Tolerance(type));
        Assert.InRange(Gpu.RelativeError(given.Taps, expected.Taps), 0, 2 * Tolerance(type));
    }

    [Theory]
    [InlineData("float32", 96)]
    [InlineData("bfloat16", 128)]
    [InlineData("bfloat16", 2048)]
    public void Residual_gate_equals_the_plain_one(string type, int width) => Gpu.Compare(type, [[5, 61, width], [5, 61, width], [3, width], [5, 61, width]],
        x => [FusedResidualGate.Apply(x[0], x[1], x[2], 1, x[3])], x => [x[0].add(x[1]).add(x[2][1].mul(x[3]))], Tolerance(type));

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void A_shared_weight_gathers_its_gradients_in_place(string type)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var (x, w) = (randn([6, 50, 64], generator: generator).to(Gpu.Type(type)), randn([64, 64], generator: generator).mul(0.1).to(Gpu.Type(type)));
        Tensor Gradient(Tensor input, Tensor weight, Func<Tensor, Tensor, Tensor> product, out Tensor inputGradient)
        {
            (input, weight) = (input.detach().requires_grad_(true), weight.detach().requires_grad_(true));
            weight.grad = zeros_like(weight).add_(0.5);
            product(product(input, weight).tanh(), weight).square().sum().backward();
            BackwardTensors.Release();
            inputGradient = input.grad!;
            return weight.grad!;
        }
        var given = Gradient(x.to(device.TorchDevice), w.to(device.TorchDevice), (a, b) =>
        {
            Assert.True(LinearIntoGradient.Serves(a, b));
            return LinearIntoGradient.Apply(a, b);
        }, out var dx);
        var expected = Gradient(x.to(ScalarType.Float64), w.to(ScalarType.Float64), (a, b) => nn.functional.linear(a, b), out var exact);
        Assert.InRange(Gpu.RelativeError(given, expected), 0, Tolerance(type));
        Assert.InRange(Gpu.RelativeError(dx, exact), 0, 2 * Tolerance(type));
    }

    [Theory]
    [InlineData(5000, 1096, 128, true)]
    [InlineData(4096, 1024, 96, false)]
    [InlineData(4100, 24, 1032, true)]
    public void A_weight_gradient_of_many_rows_equals_the_plain_product(int rows, int outputs, int inputs, bool adds)
    {
        var device = Gpu.RequireKernels().TorchDevice;
        if (CudaDeviceFacts.Of(0).ComputeCapability != 90) Assert.Skip("its kernels are Hopper's");
        using var scope = NewDisposeScope();
        using var generator = new Generator(17, CPU);
        Tensor Draw(long columns, long height) => randn([height, columns], generator: generator).mul(0.1).to(ScalarType.BFloat16).to(device);
        Tensor Exact(Tensor x) => x.to(ScalarType.Float64).cpu();
        var product = new NarrowWeightGradient.Product(
            Draw(outputs, rows), Draw(inputs, rows), adds ? Draw(inputs, outputs) : full([outputs, inputs], double.NaN, ScalarType.BFloat16, device), adds);
        var expected = Exact(product.Dy).t().matmul(Exact(product.X)).add(adds ? Exact(product.Into) : 0);
        Assert.True(NarrowWeightGradient.Serves(product));
        NarrowWeightGradient.Run(product);
        Assert.InRange(Gpu.RelativeError(product.Into, expected), 0, 4e-3);
    }

    [Theory]
    [InlineData("float32", true, 4, 4)]
    [InlineData("bfloat16", true, 4, 2)]
    [InlineData("bfloat16", false, 4, 4)]
    [InlineData("float32", false, 6, 1)]
    public void Split_and_rotation_equal_the_plain_ones(string type, bool adjacent, int queryHeads, int keyHeads)
    {
        using var rotary = new RotaryTables(32, 10000, adjacent);
        var start = SequencePositions.All(3, 0);
        Gpu.Compare(type, [[3, 50, (queryHeads + 2 * keyHeads) * 32]],
            x => Triple(rotary.TrySplit(x[0], start, queryHeads, keyHeads)!.Value),
            x =>
            {
                var heads = x[0].SplitLast(queryHeads + 2 * keyHeads, 32);
                var turned = rotary.Apply(heads.narrow(2, 0, queryHeads + keyHeads), start);
                return [turned.narrow(2, 0, queryHeads), turned.narrow(2, queryHeads, keyHeads), heads.narrow(2, queryHeads + keyHeads, keyHeads)];
            }, Tolerance(type));
    }

    [Theory]
    [InlineData("float32", 131, 2, true)]
    [InlineData("bfloat16", 131, 1, true)]
    [InlineData("bfloat16", 131, 2, false)]
    [InlineData("float32", 1, 2, true)] // one token: the strides of its axis mean nothing
    [InlineData("bfloat16", 1, 1, false)]
    public void Inputs_of_the_delta_rule_equal_the_plain_ones(string type, int length, int strength, bool gated)
    {
        var layer = new FusedDeltaInputs.Layer(2, 24, 4, 40, gated, strength, 1e-6);
        var (keys, values) = ((int)layer.Keys, (int)layer.Values);
        Gpu.Compare(type, [[3, length, layer.Decays + 8], [keys + values, 1, 4], [4], [4]],
            x =>
            {
                Assert.True(FusedDeltaInputs.Serves(x[0], x[1], x[2], x[3], layer));
                var (qk, v, g, beta, gate) = FusedDeltaInputs.Apply(x[0], x[1], x[2], x[3], layer);
                return [qk, v, g, beta, .. gate is null ? (Tensor[])[] : [gate]];
            },
            x =>
            {
                var mixed = nn.functional.silu(ShortConvolution.Apply(x[0].narrow(-1, 0, keys + values), x[1]));
                var qk = mixed.narrow(-1, 0, keys).SplitLast(4, 24);
                Tensor Part(int which) => x[0].narrow(-1, layer.Decays + 4 * which, 4);
                return
                [
                    qk.mul(qk.square().sum(-1, keepdim: true).add(1e-6).rsqrt()), mixed.narrow(-1, keys, values).SplitLast(4, 40),
                    nn.functional.softplus(Part(0).add(x[3])).mul(x[2].exp().neg()), Part(1).sigmoid().mul(strength),
                    .. gated ? [x[0].narrow(-1, layer.Gates, values).SplitLast(4, 40)] : (Tensor[])[],
                ];
            }, type == "bfloat16" ? 1.2e-2 : 1e-5);
    }

    [Fact]
    public void Rotation_at_offsets_in_device_memory_equals_the_plain_one()
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var rotary = new RotaryTables(16, 10000, true);
        var x = randn(2, 3, 6 * 16, ScalarType.Float32);
        var positions = new SequencePositions([5, 300]);
        var onDevice = new SequencePositions([1020, 1020]) { OnDevice = tensor(new long[] { 5, 300 }, device: device.TorchDevice) };
        var expected = rotary.Apply(x.SplitLast(6, 16).narrow(2, 0, 4).to(ScalarType.Float64), positions);
        var (q, k, _) = rotary.TrySplit(x.to(device.TorchDevice), onDevice, 2, 2)!.Value;
        Assert.InRange(Gpu.RelativeError(cat([q, k], 2), expected), 0, 1e-5);
    }

    [Theory]
    [InlineData("float32", 64, 4)]
    [InlineData("bfloat16", 96, 4)]
    [InlineData("bfloat16", 32, 3)]
    [InlineData("bfloat16", 384, 4)]
    public void Short_convolution_equals_the_plain_one(string type, int channels, int kernel) => Gpu.Compare(type, [[3, 131, channels], [channels, 1, kernel]],
        x => [FusedShortConvolution.Apply(x[0], x[1])], x => [nn.functional.silu(ShortConvolution.Apply(x[0], x[1]))], type == "bfloat16" ? 1.2e-2 : 1e-5);

    [Theory]
    [InlineData("float32", 24)]
    [InlineData("bfloat16", 96)]
    public void L2_norm_of_a_slice_equals_the_plain_one(string type, int head) => Gpu.Compare(type, [[2, 33, 5, head]],
        x => [FusedL2Norm.Apply(x[0], 1e-6)], x => [x[0].mul(x[0].square().sum(-1, keepdim: true).add(1e-6).rsqrt())], Tolerance(type));

    [Theory]
    [InlineData("float32", 75, 24, true)]
    [InlineData("bfloat16", 75, 48, true)]
    [InlineData("bfloat16", 75, 128, false)]
    [InlineData("float32", 75, 512, false)]
    [InlineData("float32", 1, 24, true)]
    public void Gated_norm_equals_the_plain_one(string type, int length, int head, bool swish) => Gpu.Compare(type, [[2, length, 3, head], [head], [2, length, 2, 3, head]],
        x => [FusedGatedNorm.Apply(x[0], x[1], x[2].select(2, 1), 1e-6, swish)],
        x => [RmsNorm.Gated(x[0], x[1], swish ? nn.functional.silu(x[2].select(2, 1)) : x[2].select(2, 1).sigmoid(), 1e-6)], Tolerance(type));

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void Decay_gates_equal_the_plain_ones(string type) => Gpu.Compare(type, [[2, 300, 6], [2, 300, 6], [6], [6]],
        x => Pair(FusedDecayGates.Apply(x[0], x[1], x[2], x[3], 2)),
        x => [nn.functional.softplus(x[0].add(x[3])).mul(x[2].exp().neg()), x[1].sigmoid().mul(2)], Tolerance(type));

    [Theory]
    [InlineData("float32", 1000)]
    [InlineData("bfloat16", 8192)]
    [InlineData("bfloat16", 16000)]
    [InlineData("bfloat16", 32768)]
    [InlineData("bfloat16", 50000)]
    public void Cross_entropy_equals_the_plain_one_and_skips_ignored_labels(string type, int vocabulary)
    {
        var labels = arange(200).mul(31).remainder(vocabulary).to(ScalarType.Int64);
        labels[TensorIndex.Slice(0, null, 7)] = -100;
        Gpu.Compare(type, [[200, 64], [vocabulary, 64]],
            x => [FusedCrossEntropy.Apply(x[0], x[1], labels.to(x[0].device))],
            x => [nn.functional.cross_entropy(x[0].matmul(x[1].t()), labels, ignore_index: -100)], type == "bfloat16" ? 2e-2 : 2e-5, scale: 0.5);
    }

    [Theory]
    [InlineData(8192, 384)]
    [InlineData(8300, 1280)]
    public void Cross_entropy_of_narrow_models_equals_the_plain_one(int rows, int vocabulary)
    {
        Gpu.RequireKernels();
        if (CudaDeviceFacts.Of(0).ComputeCapability != 90) Assert.Skip("its kernel is Hopper's");
        var labels = arange(rows).mul(31).remainder(vocabulary).to(ScalarType.Int64);
        labels[TensorIndex.Slice(0, null, 7)] = -100;
        Gpu.Compare("bfloat16", [[rows, 128], [vocabulary, 128]],
            x =>
            {
                Assert.True(NarrowCrossEntropy.Serves(x[0], x[1], rows));
                var loss = FusedCrossEntropy.Apply(x[0], x[1], labels.to(x[0].device));
                using var noGrad = no_grad();
                Assert.Equal(loss.item<float>(), FusedCrossEntropy.Apply(x[0], x[1], labels.to(x[0].device)).item<float>());
                return [loss];
            },
            x => [nn.functional.cross_entropy(x[0].matmul(x[1].t()), labels, ignore_index: -100)], 8e-3, scale: 0.5);
    }

    static Tensor[] Pair((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    static Tensor[] Triple((Tensor, Tensor, Tensor) triple) => [triple.Item1, triple.Item2, triple.Item3];
}
