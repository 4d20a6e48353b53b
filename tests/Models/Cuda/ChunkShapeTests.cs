using LT2.Eval.Models.Kernels;

namespace LT2.Eval.Models.Tests.Cuda;

/// <summary>How the chunked kernels are sized, which needs no GPU.</summary>
public sealed class ChunkShapeTests
{
    const int HopperBytes = 232_448, Ampere = 166_912;

    static ChunkShape Of(long batch, long valueHeads, long keyWidth, long valueWidth, int sharedBytes = HopperBytes, bool channelDecay = false, bool delta = true) => new(batch, 1000, valueHeads, valueHeads, keyWidth, valueWidth, delta, channelDecay, 132, sharedBytes);

    [Fact]
    public void Every_width_up_to_the_largest_fits_a_hopper_block()
    {
        foreach (var valueWidth in (long[])[8, 48, 128, 192, 256, 512])
            for (var keyWidth = 8; keyWidth <= ChunkShape.LargestKeyWidth; keyWidth += 8)
                foreach (var heads in (long[])[1, 16, 400])
                {
                    var shape = Of(1, heads, keyWidth, valueWidth);
                    Assert.Null(shape.Obstacle);
                    foreach (var (chain, stages, bytes) in (ReadOnlySpan<(long, long, long)>)[shape.Walk(false)!.Value, shape.Walk(true)!.Value, shape.Reverse()!.Value])
                    {
                        Assert.InRange(chain, 1, 4);
                        Assert.InRange(stages, 2, 3);
                        Assert.InRange(bytes, 1, HopperBytes);
                        Assert.True(shape.Slices(chain) * chain * 16 >= shape.PaddedValue, "columns are left out");
                    }
                }
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        Assert.Contains("wider than 256", Of(1, 1, 264, 64).Obstacle!, StringComparison.Ordinal);
        Assert.Contains("shared memory", Of(1, 1, 256, 256, Ampere).Obstacle!, StringComparison.Ordinal);
        Assert.Null(Of(1, 1, 128, 128, Ampere).Obstacle);
    }

    [Fact]
    public void With_a_decay_for_each_key_channel_delta_rules_of_up_to_192_channels_fit_a_hopper_block_and_others_of_256()
    {
        foreach (var valueWidth in (long[])[8, 128, 192, 512])
            foreach (var heads in (long[])[1, 16, 400])
            {
                for (var keyWidth = 8; keyWidth <= 192; keyWidth += 8) Assert.Null(Of(1, heads, keyWidth, valueWidth, channelDecay: true).Obstacle);
                for (var keyWidth = 8; keyWidth <= 256; keyWidth += 8) Assert.Null(Of(1, heads, keyWidth, valueWidth, channelDecay: true, delta: false).Obstacle);
            }
        Assert.Contains("shared memory", Of(1, 1, 256, 256, channelDecay: true).Obstacle!, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_wide_heads_of_a_delta_rule_take_hoppers_own_walk()
    {
        foreach (var channelDecay in (bool[])[false, true])
            foreach (var save in (bool[])[false, true])
            {
                var usual = Of(1, 16, 128, 128, channelDecay: channelDecay) with { Hopper = true };
                foreach (var shape in (ChunkShape[])[usual, usual with { KeyWidth = 96, ValueWidth = 192 }])
                {
                    var (stages, bytes) = shape.WideWalk(save)!.Value;
                    Assert.InRange(stages, 3, 4);
                    Assert.InRange(bytes, 1, HopperBytes - 1024);
                    Assert.InRange(shape.WideBlocks(save), 1, shape.Multiprocessors);
                }
                foreach (var other in (ChunkShape[])[usual with { Hopper = false }, usual with { Batch = 16 }, usual with { KeyWidth = 64 }, usual with { ValueWidth = 96 }, usual with { Delta = false }])
                    Assert.Null(other.WideWalk(save));
            }
    }

    [Fact]
    public void Long_sequences_of_few_heads_go_in_runs_that_cover_every_chunk_once()
    {
        foreach (var channelDecay in (bool[])[false, true])
            foreach (var chunks in (long[])[1, 31, 63, 64, 100, 131, 1024])
            {
                var shape = Of(1, 16, 128, 128, channelDecay: channelDecay) with { Hopper = true, Length = chunks * 64 };
                var (forward, back) = (shape.ForwardRuns(), shape.ReverseRuns());
                foreach (var runs in (IReadOnlyList<(long First, long Count)>[])[forward, [.. back.Reverse()]])
                {
                    Assert.All(runs, run => Assert.InRange(run.Count, 1, chunks));
                    Assert.Equal(runs.Select((_, i) => runs.Take(i).Sum(run => run.Count)), runs.Select(run => run.First));
                    Assert.Equal(chunks, runs.Sum(run => run.Count));
                }
                Assert.Equal(Math.Clamp(chunks / 32, 1, 4), forward.Count);
                Assert.Equal(channelDecay ? Math.Clamp(chunks / 32, 1, 3) : 1, back.Count);
                foreach (var other in (ChunkShape[])[shape with { Hopper = false }, shape with { Batch = 8 }])
                {
                    Assert.Single(other.ForwardRuns());
                    Assert.Single(other.ReverseRuns());
                }
            }
    }

    [Fact]
    public void Few_heads_are_cut_into_narrow_slices_and_many_into_wide_ones()
    {
        Assert.Equal(1, Of(1, 16, 128, 128).Chain);
        Assert.Equal(4, Of(8, 16, 128, 128).Chain);
        Assert.Equal(3, Of(64, 4, 24, 48).Chain);
    }
}
