// Head, cross-entropy and the gradient of what the head reads, for models of width 128: a block keeps 128 rows on chip and runs twice through the head's matrix in slices. The
// first time gives each row's largest logit and the sum of its powers, the second the gradients of the logits, which are written for the head's gradient and
// multiplied with the same slice. Logits never leave the chip. bfloat16 with float32 sums; Hopper's warpgroup products (sm_90a). The vocabulary is a multiple of 128.
#include "tensor_core.cuh"
#include "warpgroup.cuh"
#include "narrow.cuh"

constexpr int SLICE = 64, STAGES = 5, AHEAD = STAGES - 2, STAGE = SLICE * WIDTH, COLUMNS = SLICE / 8, ROW = SLICE + 8;
constexpr float LOWEST = -3.4e38f;

// Where slice number `turn`, of the first or the second time, begins; every block begins elsewhere (see narrow_feed_forward.cu).
__device__ __forceinline__ int slice_start(int turn, int vocabulary) { return (turn + blockIdx.x) % (vocabulary / SLICE) * SLICE; }

// A thread's copies lie 16 rows apart, so that their places differ by constants. Nothing that is computed from a stage beyond the last is used.
__device__ __forceinline__ void load_slice(u16* stages, const u16* head, int turn, int turns, int vocabulary)
{
    constexpr int LINES = THREADS / PIECES;
    static_assert(LINES % 8 == 0 && SLICE % LINES == 0, "places of pieces repeat after eight rows");
    if (turn < turns)
    {
        u16* to = stages + turn % STAGES * STAGE + panels_place<SLICE>(threadIdx.x / PIECES, threadIdx.x % PIECES);
        const u16* from = head + (long long)slice_start(turn, vocabulary) * WIDTH + threadIdx.x * 8;
#pragma unroll
        for (int line = 0; line < SLICE; line += LINES) copy_async(to + line * 64, from + line * WIDTH, true);
    }
    commit_copies();
}

// grid: rows / 128, rounded up. losses [rows]; with need_gradient dhidden [rows, WIDTH] and dlogits [rows, vocabulary], scaled by counts[1].
extern "C" __global__ void __launch_bounds__(THREADS, 1) cross_entropy_narrow(
    const u16* __restrict__ hidden, const u16* __restrict__ head, const long long* __restrict__ labels, const float* __restrict__ counts, float* __restrict__ losses,
    u16* __restrict__ dhidden, u16* __restrict__ dlogits, long long rows, int vocabulary, long long ignored, int need_gradient)
{
    PANELS shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    u16* stages = tile + TILE;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
    u16* mine = stages + STAGES * STAGE + warp * 16 * ROW;  // gradients of a slice's logits wait here for wide stores
    const long long first = (long long)blockIdx.x * ROWS, own = first + warp * 16;
    const int slices = vocabulary / SLICE, turns = need_gradient ? 2 * slices : slices;
    load_tile(tile, hidden, first, rows);
#pragma unroll
    for (int turn = 0; turn < AHEAD; turn++) load_slice(stages, head, turn, turns, vocabulary);
    int label[2];                                           // of this thread's rows g and g + 8; -1 for none
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        const long long row = own + g + 8 * half, given = row < rows ? labels[row] : ignored;
        label[half] = given == ignored ? -1 : (int)given;
    }
    next_slice<AHEAD - 1>();
    u32 left[INNER][4];
    load_left(left, tile);
    float logits[2][COLUMNS][4];
    auto start = [&](int turn, float (&to)[COLUMNS][4])
    {
        const u64 weights = wide_operand<SLICE>(stages + turn % STAGES * STAGE);
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply(to, left[inner], weights + inner_step<SLICE>(inner), inner);
    };
    // Gives `use` the logit of each of this thread's rows whose label lies in the slice and in its columns.
    auto with_labels = [&](int turn, float (&x)[COLUMNS][4], auto use)
    {
        const int from = slice_start(turn, vocabulary), at[2] = {label[0] - from, label[1] - from};
        const bool here = (label[0] >= 0 && (u32)at[0] < SLICE) || (label[1] >= 0 && (u32)at[1] < SLICE);
        if (!__any_sync(0xffffffffu, here)) return;
#pragma unroll
        for (int column = 0; column < COLUMNS; column++)
#pragma unroll
            for (int i = 0; i < 4; i++)
                if (label[i >> 1] >= 0 && at[i >> 1] == column * 8 + t2 + (i & 1)) use(x[column][i], i >> 1);
        __syncwarp();
    };
    wide_fence();
    start(0, logits[0]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(logits[0]);

    float largest[2] = {LOWEST, LOWEST}, total[2] = {0.f, 0.f}, hit[2] = {0.f, 0.f};
    auto measure = [&](int turn, float (&now)[COLUMNS][4], float (&next)[COLUMNS][4])
    {
        next_slice<AHEAD - 2>();
        wide_fence();
        start(turn + 1, next);
        wide_commit();
        load_slice(stages, head, turn + AHEAD, turns, vocabulary);
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            float tops[4] = {largest[half], LOWEST, LOWEST, LOWEST}, sums[4] = {}; // several chains at a time: one alone would be waited for
#pragma unroll
            for (int column = 0; column < COLUMNS; column++) tops[column % 4] = fmaxf(tops[column % 4], fmaxf(now[column][2 * half], now[column][2 * half + 1]));
            const float top = fmaxf(fmaxf(tops[0], tops[1]), fmaxf(tops[2], tops[3])), shift = top * LOG2_E;
            sums[0] = total[half] * power_of_two(largest[half] * LOG2_E - shift);
#pragma unroll
            for (int column = 0; column < COLUMNS; column++)
                sums[column % 4] += power_of_two(now[column][2 * half] * LOG2_E - shift) + power_of_two(now[column][2 * half + 1] * LOG2_E - shift);
            largest[half] = top;
            total[half] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        }
        with_labels(turn, now, [&](float& x, int half) { hit[half] = x; });
        keep_before(__float_as_uint(total[0]) & __float_as_uint(total[1]), mine);
        wide_wait<0>();
        wide_arrived(next);
    };
    int turn = 0;
#pragma unroll 1
    for (; turn < slices; turn += 2)
    {
        measure(turn, logits[0], logits[1]);
        measure(turn + 1, logits[1], logits[0]);
    }

    // The four threads of a row, each with a quarter of its columns.
    float begin[2];                                         // scale / sum of powers joins the exponent
    const float scale = counts[1];
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        float whole = fmaxf(largest[half], __shfl_xor_sync(0xffffffffu, largest[half], 1));
        whole = fmaxf(whole, __shfl_xor_sync(0xffffffffu, whole, 2));
        const float sum = lanes_sum<4>(total[half] * power_of_two((largest[half] - whole) * LOG2_E)), logit = lanes_sum<4>(hit[half]);
        const long long row = own + g + 8 * half;
        if (lane % 4 == 0 && row < rows) losses[row] = label[half] < 0 ? 0.f : logf(sum) + whole - logit;
        begin[half] = label[half] < 0 ? LOWEST : log2f(scale / sum) - whole * LOG2_E;
    }
    if (!need_gradient) return;

    float sum[WIDTH / 8][4] = {};
    u32 gradients[2][SLICE / 16][4] = {};
    auto add = [&](int turn, const u32 (&in)[SLICE / 16][4])
    {
        const u64 weights = wide_operand<SLICE>(stages + turn % STAGES * STAGE);
#pragma unroll
        for (int inner = 0; inner < SLICE / 16; inner++) wide_multiply<1>(sum, in[inner], weights + transposed_step(inner), 1);
    };
    auto step = [&](int turn, float (&now)[COLUMNS][4], float (&next)[COLUMNS][4], const u32 (&before)[SLICE / 16][4], u32 (&in)[SLICE / 16][4])
    {
        next_slice<AHEAD - 2>();
        wide_fence();
        add(max(turn - 1, slices), before);
        start(turn + 1, next);
        wide_commit();
        load_slice(stages, head, turn + AHEAD, turns, vocabulary);
#pragma unroll
        for (int column = 0; column < COLUMNS; column++)
#pragma unroll
            for (int i = 0; i < 4; i++) now[column][i] = power_of_two(now[column][i] * LOG2_E + begin[i >> 1]);
        with_labels(turn, now, [&](float& x, int) { x -= scale; });
#pragma unroll
        for (int column = 0; column < COLUMNS; column++)
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                const u32 both = floats_to_bf16x2(now[column][2 * half], now[column][2 * half + 1]);
                in[column / 2][column % 2 * 2 + half] = both;
                *reinterpret_cast<u32*>(mine + (g + 8 * half) * ROW + column * 8 + t2) = both;
            }
        __syncwarp();
        const int from = slice_start(turn, vocabulary);
#pragma unroll
        for (int line = 0; line < 16; line += 4)
        {
            const int row = line + lane / 8, pack = lane % 8 * 8;
            if (own + row < rows) *reinterpret_cast<Words*>(dlogits + (own + row) * vocabulary + from + pack) = *reinterpret_cast<const Words*>(mine + row * ROW + pack);
        }
        __syncwarp();
        wide_wait<0>();
        wide_arrived(next);
    };
#pragma unroll 1
    for (; turn < turns; turn += 2)
    {
        step(turn, logits[0], logits[1], gradients[1], gradients[0]);
        step(turn + 1, logits[1], logits[0], gradients[0], gradients[1]);
    }
    wide_fence();
    add(turn - 1, gradients[1]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(sum);
    write_sums(dhidden, tile + warp * 16 * (WIDTH + 8), sum, own, rows); // nobody reads the tile any more: left operands are in registers
}
