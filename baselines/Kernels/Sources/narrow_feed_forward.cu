// y = W_down (silu(W_gate x) . W_up x) for models of width 128: a block keeps 128 tokens on chip and runs through the hidden columns in slices, so neither gate, up nor
// hidden values go through memory. The products of the next slice run beside the activations of this one. Gate, up and their activation round as stored ones would.
// bfloat16; Hopper's warpgroup products (sm_90a).
#include "tensor_core.cuh"
#include "warpgroup.cuh"
#include "narrow.cuh"

constexpr int SLICE = 32, COLUMNS = SLICE / 8, STAGES = 8;                 // hidden columns of a slice, their tiles, slices on chip
constexpr int BOTH = 2 * SLICE, DOWN_AT = BOTH * WIDTH, STAGE = DOWN_AT + WIDTH * SLICE;  // a stage: rows of W_gate and W_up, then, slim, the columns of W_down

// Where a block's slice number `slice` begins among the hidden columns. Every block begins elsewhere: if all read the same few weights at a time, the parts of the L2 cache
// that hold them would serve all requests while the others wait.
__device__ __forceinline__ int slice_start(int slice, int hidden) { return (slice + blockIdx.x) % (hidden / SLICE) * SLICE; }

// Slice number `slice`, unless it lies beyond the last: nothing that is computed from such a stage is used. A thread's copies lie 16 rows apart, so that their places
// differ by constants.
__device__ __forceinline__ void load_slice(u16* stages, const u16* gate_up, const u16* down, int slice, int hidden)
{
    constexpr int LINES = THREADS / PIECES, DOWN_LINES = THREADS / COLUMNS;
    static_assert(LINES % 8 == 0 && DOWN_LINES % 8 == 0 && SLICE % LINES == 0, "places of pieces repeat after eight rows");
    if (slice * SLICE < hidden)
    {
        u16* stage = stages + slice % STAGES * STAGE;
        const int start = slice_start(slice, hidden), row = threadIdx.x / PIECES, piece = threadIdx.x % PIECES;
        u16* to = stage + panels_place<BOTH>(row, piece);
        const u16* gate = gate_up + (start + row) * WIDTH + piece * 8;
        const u16* up = gate + hidden * WIDTH;
#pragma unroll
        for (int line = 0; line < SLICE; line += LINES)
        {
            copy_async(to + line * 64, gate + line * WIDTH, true);
            copy_async(to + (SLICE + line) * 64, up + line * WIDTH, true);
        }
        const int down_row = threadIdx.x / COLUMNS, down_piece = threadIdx.x % COLUMNS;
        u16* down_to = stage + DOWN_AT + slim_place(down_row, down_piece);
        const u16* from = down + down_row * hidden + start + down_piece * 8;
#pragma unroll
        for (int line = 0; line < WIDTH; line += DOWN_LINES) copy_async(down_to + line * SLICE, from + line * hidden, true);
    }
}

// silu(gate) . up of a slice as left operands.
__device__ __forceinline__ void activate(u32 (&inside)[SLICE / 16][4], const float (&both)[2 * COLUMNS][4])
{
#pragma unroll
    for (int column = 0; column < COLUMNS; column++)
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            const float2 z = rounded(both[column][2 * half], both[column][2 * half + 1]), u = rounded(both[column + COLUMNS][2 * half], both[column + COLUMNS][2 * half + 1]);
            const float2 s = rounded(z.x * sigmoid(z.x), z.y * sigmoid(z.y));
            inside[column / 2][column % 2 * 2 + half] = floats_to_bf16x2(s.x * u.x, s.y * u.y);
        }
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) narrow_feed_forward(
    const u16* __restrict__ x, const u16* __restrict__ gate_up, const u16* __restrict__ down, u16* __restrict__ y, long long rows, int hidden)
{
    PANELS shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    u16* stages = tile + TILE;
    const int warp = threadIdx.x / 32, slices = hidden / SLICE;
    const long long first = (long long)blockIdx.x * ROWS;
    load_tile(tile, x, first, rows);
#pragma unroll
    for (int slice = 0; slice < 5; slice++)
    {
        load_slice(stages, gate_up, down, slice, hidden);
        if (slice % 2 == 0 && slice > 0) commit_copies();
    }
    // Two slices between barriers: they read the stages from the slice before to the one after, and the stages behind those fill.
    auto begin_slices = [&](int slice)
    {
        next_slice<1>();
        load_slice(stages, gate_up, down, slice + 5, hidden);
        load_slice(stages, gate_up, down, slice + 6, hidden);
        commit_copies();
    };
    next_slice<1>();
    u32 left[INNER][4];
    load_left(left, tile);
    float sum[WIDTH / 8][4] = {}, both[2][2 * COLUMNS][4];
    u32 inside[2][SLICE / 16][4] = {};
    auto start = [&](int slice, float (&to)[2 * COLUMNS][4])
    {
        const u64 weights = wide_operand<BOTH>(stages + slice % STAGES * STAGE);
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply(to, left[inner], weights + inner_step<BOTH>(inner), inner);
    };
    auto add = [&](int slice, const u32 (&in)[SLICE / 16][4])
    {
        const u64 weights = slim_operand(stages + slice % STAGES * STAGE + DOWN_AT);
#pragma unroll
        for (int inner = 0; inner < SLICE / 16; inner++) wide_multiply<0>(sum, in[inner], weights + inner_step<WIDTH>(inner), 1);
    };
    auto step = [&](int slice, float (&now)[2 * COLUMNS][4], float (&next)[2 * COLUMNS][4], const u32 (&before)[SLICE / 16][4], u32 (&in)[SLICE / 16][4])
    {
        wide_fence();
        add(max(slice - 1, 0), before);
        start(slice + 1, next);
        wide_commit();
        wide_arrived(now);                                  // and its use stays behind the start of the next products
        activate(in, now);
        keep_before(in, tile);
        wide_wait<0>();
        wide_arrived(next);
    };
    wide_fence();
    start(0, both[0]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(both[0]);
    int slice = 0;
#pragma unroll 1
    for (; slice < slices; slice += 2)
    {
        begin_slices(slice);
        step(slice, both[0], both[1], inside[1], inside[0]);
        step(slice + 1, both[1], both[0], inside[0], inside[1]);
    }
    wide_fence();
    add(slice - 1, inside[1]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(sum);
    write_sums(y, tile + warp * 16 * (WIDTH + 8), sum, first + warp * 16, rows); // nobody reads the tile any more: left operands are in registers
}
