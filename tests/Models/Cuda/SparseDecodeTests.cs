using LT2.Eval.Models.Kernels;
using LT2.Eval.Models.Layers;
using LT2.Eval.Models.Mixers;
using static TorchSharp.torch;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>Choosing keys and attending to the chosen ones alone, one token a row.</summary>
public sealed class SparseDecodeTests
{
    static readonly int[] Offsets = [3000, 300, 57];

    [Theory]
    [InlineData(16, 64, 32, 256)]
    [InlineData(4, 64, 0, 100)]
    [InlineData(2, 32, 16, 1)]
    public void The_chosen_keys_are_the_best_ones_in_ascending_order(int heads, int width, int rotated, int count)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var packed = Draw(3, 1, heads * width + width + heads);
        var keys = Draw(3, 3100, width);
        var (norm, bias) = (Draw(width).mul(0.1).add(1), Draw(width).mul(0.1));
        var positions = Positions(device.TorchDevice);
        using var rotation = new RotaryTables(Math.Max(2, rotated), 10000, adjacentPairs: false);
        var table = rotated == 0 ? null : rotation.PairTable(3100, device.TorchDevice);
        var chosen = FusedIndexer.Choose(packed, table, norm, bias, 1e-6, new(heads, width, rotated), keys, positions, count)!;

        // The same in float64 from the stored numbers: q as it is stored, rounded once.
        var wide = packed.cpu().to(ScalarType.Float64).view(3, -1);
        var q = wide.narrow(1, 0, heads * width).view(3, heads, width);
        var k = nn.functional.layer_norm(wide.narrow(1, heads * width, width), [width], norm.cpu().to(ScalarType.Float64), bias.cpu().to(ScalarType.Float64), 1e-6);
        var weights = wide.narrow(1, (heads + 1) * width, heads).mul(1 / Math.Sqrt(heads * width));
        for (var row = 0; row < 3; row++)
        {
            var at = LT2.Eval.Models.Mixers.Operators.RotaryEmbedding.Positions(Offsets[row], 1, CPU);
            Tensor Turn(Tensor x) => rotated == 0 ? x : LT2.Eval.Models.Mixers.Operators.RotaryEmbedding.Apply(x.view(1, 1, -1, width), at, 10000, rotated: rotated).view(-1, width);
            var stored = keys[row].cpu().to(ScalarType.Float64);
            Assert.InRange(Gpu.RelativeError(stored[Offsets[row]], Turn(k[row].unsqueeze(0)).view(-1)), 0, 8e-3);
            if (Offsets[row] + 1 <= count) continue;
            var scores = Turn(q[row]).matmul(stored.narrow(0, 0, Offsets[row] + 1).t()).relu().mul(weights[row].unsqueeze(1)).sum([0L]).data<double>().ToArray();
            var given = chosen[row].cpu().data<int>().ToArray();
            Assert.Equal(given.Order().Distinct(), given);
            Assert.InRange(given[^1], 0, Offsets[row]);
            var rest = Enumerable.Range(0, scores.Length).Except(given).Max(i => scores[i]);
            var spread = Math.Sqrt(scores.Select(score => score * score).Average());
            Assert.True(given.Min(i => scores[i]) >= rest - 0.03 * spread, FormattableString.Invariant($"row {row}: a key of score {rest} was left out, one of {given.Min(i => scores[i])} was chosen"));
        }
    }

    [Fact]
    public void Equal_scores_go_to_the_lower_index()
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int width = 32;
        var keys = zeros(3, 3100, width, dtype: ScalarType.BFloat16, device: device.TorchDevice);
        keys.narrow(1, 200, 3).fill_(1);
        var packed = ones(3, 1, 2 * width + width + 2, ScalarType.BFloat16, device.TorchDevice);
        var none = zeros(width, ScalarType.BFloat16, device.TorchDevice);
        var chosen = FusedIndexer.Choose(packed, null, none, none, 1e-6, new(2, width, 0), keys, Positions(device.TorchDevice), 6)!.cpu();
        Assert.Equal([0, 1, 2, 200, 201, 202], chosen[0].data<int>().ToArray());
        Assert.Equal([0, 1, 2, 200, 201, 202], chosen[1].data<int>().ToArray());
        Assert.Equal([0, 1, 2, 3, 4, 5], chosen[2].data<int>().ToArray());
    }

    [Theory]
    [InlineData(16, 1, 128)]
    [InlineData(4, 4, 64)]
    public void Attention_over_chosen_entries_equals_the_plain_one(int queryHeads, int keyHeads, int width)
    {
        var device = Gpu.RequireKernels();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        const int count = 128;
        var packed = Draw(3, 1, (queryHeads + 2 * keyHeads) * width);
        var (keys, values) = (Draw(3, 3100, keyHeads, width), Draw(3, 3100, keyHeads, width));
        // Row 0 has its own entry among the chosen, row 1 has not, row 2 has too few to choose.
        int[][] lists = [[.. Enumerable.Range(0, count - 1).Select(i => 17 * i + 3), 3000], [.. Enumerable.Range(0, count).Select(i => 2 * i + 1)], new int[count]];
        var chosen = tensor(lists.SelectMany(list => list).ToArray(), [3, count]).to(device.TorchDevice);
        var (oldKeys, oldValues) = (keys.cpu().to(ScalarType.Float64), values.cpu().to(ScalarType.Float64));
        var given = FusedDecodeAttention.Apply(packed, keys, values, Positions(device.TorchDevice), new(queryHeads, keyHeads, width, null, false, null, null, 0, false), chosen);
        var wide = packed.cpu().to(ScalarType.Float64).view(3, queryHeads + 2 * keyHeads, width);
        for (var row = 0; row < 3; row++)
        {
            oldKeys[row, Offsets[row]] = wide[row].narrow(0, queryHeads, keyHeads);
            oldValues[row, Offsets[row]] = wide[row].narrow(0, queryHeads + keyHeads, keyHeads);
            var visible = tensor((row == 2 ? Enumerable.Range(0, Offsets[2] + 1) : lists[row]).Select(i => (long)i).ToArray());
            var expected = ScaledDotProductAttention.Attend(wide[row].narrow(0, 0, queryHeads).view(1, 1, queryHeads, width),
                oldKeys[row].index_select(0, visible).unsqueeze(0), oldValues[row].index_select(0, visible).unsqueeze(0), null, false);
            Assert.InRange(Gpu.RelativeError(given[row].view(-1), expected.reshape(-1)), 0, 8e-3);
        }
    }

    static SequencePositions Positions(Device device) =>
        new(Offsets) { Staged = tensor(Offsets.Select(offset => (long)offset).ToArray(), device: device) };

    static Tensor Draw(params long[] shape)
    {
        using var generator = new Generator((ulong)(shape.Sum() + 1), CPU);
        return randn(shape, generator: generator).to(ScalarType.BFloat16).to(new Device(TorchSharp.DeviceType.CUDA, 0));
    }
}
