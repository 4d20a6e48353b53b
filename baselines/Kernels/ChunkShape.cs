using static TorchSharp.torch;

namespace LT2.Eval.Models.Kernels;

/// <summary>The sizes of one chunked recurrence and what the kernels of chunk_*.cu derive from them: padded widths, chunks, shared memory, how the value columns are split.</summary>
/// <param name="Batch">B.</param>
/// <param name="Length">L, tokens.</param>
/// <param name="KeyHeads">H.</param>
/// <param name="ValueHeads">HV, a multiple of H.</param>
/// <param name="KeyWidth">Dk.</param>
/// <param name="ValueWidth">Dv.</param>
/// <param name="Delta">Whether values are corrected by what the state holds (delta rule) or written as they are.</param>
/// <param name="ChannelDecay">Whether every key channel decays by itself (KDA, GLA, HGRN2) or a head as one.</param>
/// <param name="Multiprocessors">Of the device.</param>
/// <param name="SharedBytes">Shared memory that one block may have there.</param>
/// <param name="Hopper">Whether it has Hopper's warpgroup products, clusters and copy engine.</param>
internal sealed record ChunkShape(
    long Batch, long Length, long KeyHeads, long ValueHeads, long KeyWidth, long ValueWidth, bool Delta, bool ChannelDecay, int Multiprocessors, int SharedBytes, bool Hopper = false)
{
    /// <summary>Tokens of a chunk: CHUNK of chunk_tiles.cuh.</summary>
    internal const long Chunk = 64;

    /// <summary>Widest key head: the state of 16 value columns then fills a warp's registers.</summary>
    internal const long LargestKeyWidth = 256;

    const long Padding = 8, RowValues = 4, BytesOfElement = 2, ExchangedFloats = 2 * 1024;

    /// <summary>Elements of a row of a [64, 64] matrix of a chunk in scratch memory.</summary>
    internal const long ChunkRow = Chunk + Padding;

    internal long Chunks => (Length + Chunk - 1) / Chunk;
    internal long PaddedKey => (KeyWidth + 31) / 32 * 32;
    internal long PaddedValue => (ValueWidth + 15) / 16 * 16;
    internal long ChunkHeads => Batch * ValueHeads * Chunks;

    /// <summary>Why the kernels cannot run at these sizes, or null where they can.</summary>
    internal string? Obstacle
    {
        get
        {
            if (KeyWidth > LargestKeyWidth) return $"key heads of {KeyWidth} are wider than {LargestKeyWidth}";
            if (ChunkHeads > int.MaxValue / Chunk) return "there are more chunks than a grid has blocks";
            return Walk(save: false) is null || Walk(save: true) is null || Reverse() is null || Math.Max(PrepareBytes, Math.Max(GradientBytes, ChannelGradientBytes)) > SharedBytes
                ? $"heads of {KeyWidth} and {ValueWidth} need more than the {SharedBytes} bytes of shared memory of a block" : null;
        }
    }

    /// <summary>Elements of a row of queries, keys or states in scratch memory.</summary>
    internal long KeyRow => PaddedKey + Padding;

    /// <summary>Warps that share the state of 16 value columns: SPLIT of chunk_tiles.cuh.</summary>
    internal long Split => PaddedKey >= 96 ? 2 : 1;

    /// <summary>Threads of a block of chunk_gradients and of chunk_state_gradients.</summary>
    internal int GradientThreads => PaddedKey == 128 ? 512 : 256;

    /// <summary>Threads of a block of chunk_prepare_channels: one for 16 tokens of two key channels, and eight warps at least.</summary>
    internal int PrepareThreads => ChannelDecay ? (int)Math.Max(256, 2 * PaddedKey) : 256;

    /// <summary>Floats of a chunk beside its matrices: FACTORS of chunk_tiles.cuh.</summary>
    internal long FactorCount => ChannelDecay ? Chunk + PaddedKey : RowValues * Chunk;

    long DeltaFactor => Delta ? 1 : 0;

    /// <summary>
    /// Warps a block that each carry 16 value columns. Few heads: narrow slices, so that more multiprocessors take part. Many heads: wide ones, which read keys and
    /// queries less often.
    /// </summary>
    internal long Chain
    {
        get
        {
            var tiles = PaddedValue / 16;
            // With a decay for each key channel the delta rule reads three tiles a chunk, which come too slowly for so many blocks.
            var narrowest = ChannelDecay && Delta ? 2 : 1;
            var widest = Batch * ValueHeads * tiles <= Multiprocessors ? narrowest : Batch * ValueHeads >= Multiprocessors / 2 ? 4 : 2;
            // The fewest slices first, then the fewest idle columns.
            var slices = (tiles + widest - 1) / widest;
            return (tiles + slices - 1) / slices;
        }
    }

    internal long Slices(long chain) => (PaddedValue / 16 + chain - 1) / chain;

    /// <summary>Warps that make outputs of a block of the forward walk: OUTPUT_WARPS of chunk_walk.cu.</summary>
    internal static long OutputWarps(long chain, bool save) => save || chain <= 3 ? 2 : 4;

    internal long PrepareBytes => ChannelDecay ? PrepareChannelsBytes : Math.Max(2 * Chunk * KeyRow * BytesOfElement, 2 * Chunk * 68 * 4) + (1 + DeltaFactor) * Chunk * ChunkRow * BytesOfElement;

    long PrepareChannelsBytes
    {
        get
        {
            // Float32 matrices of the inverse: one beside what is scaled for two levels, one in its place where it fits.
            var (tile, inverse) = (Chunk * KeyRow, DeltaFactor * Chunk * 68 * 2);
            return (4 * tile + inverse + Chunk * ChunkRow + (tile >= inverse ? 0 : inverse)) * BytesOfElement;
        }
    }

    /// <summary>Value columns with stages of the copies that fit, most stages first; null where nothing fits.</summary>
    internal (long Chain, long Stages, long Bytes)? Walk(bool save) => Fit((chain, stages) =>
    {
        var columns = 16 * chain;
        var (keys, factors) = ChannelDecay ? (1 + DeltaFactor, FactorCount) : (1, FactorCount + Chunk);
        var stage = keys * Chunk * KeyRow + Chunk * (columns + Padding) + DeltaFactor * Chunk * ChunkRow + factors * 2 + (save ? 0 : Chunk * (KeyRow + ChunkRow));
        return Bytes(chain, stages * stage + 2 * columns * (KeyRow + ChunkRow));
    });

    /// <summary>
    /// Stages and bytes of shared memory of chunk_walk_wide, which is faster than chunk_walk where all its blocks, or pairs of blocks, run at once; null where it does not serve.
    /// </summary>
    internal (long Stages, long Bytes)? WideWalk(bool save)
    {
        const long columns = 64, panel = Chunk * 64;
        if (!Hopper || !Delta || PaddedKey is not (96 or 128) || ValueWidth % columns != 0 || WideBlocks(save) > Multiprocessors) return null;
        var (stage, handed) = ((ChannelDecay ? 6 : 4) * panel + 512, save ? columns * (KeyRow + ChunkRow) : 3 * panel);
        var stages = ChannelDecay ? 3L : 4L;
        var bytes = (stages * stage + 2 * handed) * BytesOfElement;
        return bytes <= SharedBytes - 1024 ? (stages, bytes) : null;    // panels start at whole KiB behind the static arrays
    }

    /// <summary>Threads of a block of chunk_walk_wide.</summary>
    internal const int WideThreads = 192;

    /// <summary>Blocks of chunk_walk_wide.</summary>
    internal long WideBlocks(bool save) => Batch * ValueHeads * (ValueWidth / 64) * (save ? 1 : 2);

    /// <summary>
    /// Runs of chunks in the order of the walk forward: where that leaves many multiprocessors idle, they prepare a run while it goes through the one before. Each run
    /// then is as long as can be prepared meanwhile; the first one's preparation is not hidden.
    /// </summary>
    internal IReadOnlyList<(long First, long Count)> ForwardRuns() => WideWalk(save: false) is null ? [(0, Chunks)] : Runs(WideBlocks(false), 4, ChannelDecay ? 0.7 : 1.1);

    /// <summary>The same of the walk back, last chunks first, beside which chunk_state_gradients makes the gradients of the run before; only the last run's are not hidden.</summary>
    internal IReadOnlyList<(long First, long Count)> ReverseRuns() => !Hopper || !ChannelDecay ? [(0, Chunks)]
        : [.. Runs(Batch * ValueHeads * Slices(Reverse()!.Value.Chain), 3, 1.3).Select(run => (Chunks - run.First - run.Count, run.Count))];

    /// <summary>All chunks in at most <paramref name="most"/> runs, each longer than the one before by a factor; one run where they are few, or other blocks leave few multiprocessors.</summary>
    (long First, long Count)[] Runs(long blocks, int most, double growth)
    {
        const long fewest = 32;         // on the average; below, starting one more walk costs what it hides
        var runs = Multiprocessors - blocks < Multiprocessors / 4 ? 1 : (int)Math.Clamp(Chunks / fewest, 1, most);
        var weights = Enumerable.Range(0, runs).Select(run => Math.Pow(growth, run)).ToArray();
        long[] ends = [0, .. weights.Select((_, run) => (long)Math.Round(Chunks * weights.Take(run + 1).Sum() / weights.Sum()))];
        return [.. Enumerable.Range(0, runs).Select(run => (ends[run], ends[run + 1] - ends[run]))];
    }

    /// <summary>The same for the walk back.</summary>
    internal (long Chain, long Stages, long Bytes)? Reverse() => Fit((chain, stages) =>
    {
        var columns = 16 * chain;
        var tiles = ChannelDecay ? 2 + DeltaFactor : 2;
        var stage = tiles * Chunk * KeyRow + Chunk * (columns + Padding) + Chunk * ChunkRow + DeltaFactor * (Chunk + columns) * ChunkRow + FactorCount * 2;
        return Bytes(chain, stages * stage + 2 * columns * (KeyRow + ChunkRow));
    });

    /// <summary>Of chunk_gradients, or with a decay for each key channel of chunk_state_gradients.</summary>
    internal long GradientBytes
    {
        get
        {
            var slice = PaddedValue % 32 == 0 ? 32 : 16;
            var values = Delta ? slice * ChunkRow : Chunk * (slice + Padding);
            var stage = (1 + DeltaFactor) * Chunk * (slice + Padding) + values + 2 * slice * KeyRow;
            if (ChannelDecay) return Math.Max(2 * stage, GradientTerms * Chunk * KeyRow + GradientMatrices * Chunk * ChunkRow) * BytesOfElement;
            return (Chunk * (2 * KeyRow + ChunkRow) + DeltaFactor * PaddedValue / 16 * Chunk * 2 + Math.Max(2 * stage, 2 * Chunk * ChunkRow)) * BytesOfElement;
        }
    }

    /// <summary>Key channels of a block of chunk_gradients_channels: its SLAB.</summary>
    internal const long Slab = 32;

    /// <summary>Blocks of chunk_gradients_channels that share a chunk.</summary>
    internal long Slabs => PaddedKey / Slab;

    /// <summary>Matrices [64, 64] that chunk_state_gradients leaves for a chunk.</summary>
    internal long GradientMatrices => 1 + 2 * DeltaFactor;

    /// <summary>Tiles [64, Dk] that it leaves.</summary>
    internal long GradientTerms => 2 + DeltaFactor;

    /// <summary>Of chunk_gradients_channels.</summary>
    internal long ChannelGradientBytes => ChannelDecay ? ((3 + DeltaFactor) * Chunk * (Slab + Padding) + GradientMatrices * Chunk * ChunkRow) * BytesOfElement : 0;

    /// <summary>Preprocessor constants of every kernel of the family.</summary>
    internal (string, long)[] Constants(params ReadOnlySpan<(string, long)> more) =>
        [("KEY_WIDTH", KeyWidth), ("VALUE_WIDTH", ValueWidth), ("DK", PaddedKey), ("DV", PaddedValue), ("DELTA", DeltaFactor), ("CHANNEL_DECAY", ChannelDecay ? 1 : 0), .. more];

    /// <summary>Empty bfloat16 matrices of every chunk and value head.</summary>
    internal Tensor Matrices(Device device, long rows, long columns) => empty([ChunkHeads, rows, columns], ScalarType.BFloat16, device);

    /// <summary>Empty bfloat16 tiles of every chunk and key head (value head where its decays are in them): queries or keys.</summary>
    internal Tensor Tiles(Device device) => empty([ChannelDecay ? ChunkHeads : Batch * KeyHeads * Chunks, Chunk, KeyRow], ScalarType.BFloat16, device);

    /// <summary>Empty factors of every chunk: FACTORS of chunk_tiles.cuh.</summary>
    internal Tensor Factors(Device device) => empty([ChunkHeads, FactorCount], ScalarType.Float32, device);

    long Bytes(long chain, long elements) => elements * BytesOfElement + (Split == 2 ? chain * ExchangedFloats * 4 : 0);

    (long, long, long)? Fit(Func<long, long, long> bytes)
    {
        for (var chain = Chain; chain >= 1; chain--)
        {
            // With more blocks than multiprocessors, two a multiprocessor hide each other's waits better than a third stage does.
            var share = Batch * ValueHeads * Slices(chain) > Multiprocessors && PaddedKey <= 64 ? (SharedBytes - 2048) / 2 : SharedBytes;
            for (var stages = 3L; stages >= 2; stages--)
                if (bytes(chain, stages) is var needed && needed <= (stages == 3 ? share : SharedBytes)) return (chain, stages, needed);
        }
        return null;
    }
}
