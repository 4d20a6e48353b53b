// y = W_down (silu(W_gate x) . W_up x) for models of width 128: a block keeps 128 tokens on chip and runs through the hidden columns in slices, so neither gate, up nor
// hidden values go through memory. Backward computes them again, gives the input's gradient, and writes the hidden values and the gradients of gate and up, of which the
// weights' gradients are products. The products of the next slice run beside the activations of this one. Gate, up, their activation and the hidden gradient round as
// stored ones would. bfloat16; Hopper's warpgroup products (sm_90a).
#include "tensor_core.cuh"
#include "warpgroup.cuh"
#include "narrow.cuh"

constexpr int SLICE = 32, COLUMNS = SLICE / 8, ROW = SLICE + 8;            // hidden columns of a slice, their tiles, elements between rows that wait for wide stores
constexpr int STAGES = 5, AHEAD = STAGES - 2;                              // one stage is read now, one was before
constexpr int BOTH = 2 * SLICE, DOWN_AT = BOTH * WIDTH, STAGE = DOWN_AT + WIDTH * SLICE;  // a stage: rows of W_gate and W_up, then, slim, the columns of W_down

// Where a block's slice number `slice` begins among the hidden columns. Every block begins elsewhere: if all read the same few weights at a time, the parts of the L2 cache
// that hold them would serve all requests while the others wait.
__device__ __forceinline__ int slice_start(int slice, int hidden) { return (slice + blockIdx.x) % (hidden / SLICE) * SLICE; }

// Slice number `slice`; zeros beyond the last, which then change nothing.
__device__ __forceinline__ void load_slice(u16* stages, const u16* gate_up, const u16* down, int slice, int hidden)
{
    const bool live = slice * SLICE < hidden;
    u16* stage = stages + slice % STAGES * STAGE;
    const int start = slice_start(slice, hidden);
    for (int i = threadIdx.x; i < BOTH * PIECES; i += THREADS)
    {
        const int row = i / PIECES, piece = i % PIECES;
        copy_async(stage + panels_place<BOTH>(row, piece), gate_up + ((row / SLICE) * hidden + start + row % SLICE) * WIDTH + piece * 8, live);
    }
    for (int i = threadIdx.x; i < WIDTH * COLUMNS; i += THREADS)
    {
        const int row = i / COLUMNS, piece = i % COLUMNS;
        copy_async(stage + DOWN_AT + slim_place(row, piece), down + row * hidden + start + piece * 8, live);
    }
    commit_copies();
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
    for (int slice = 0; slice < AHEAD; slice++) load_slice(stages, gate_up, down, slice, hidden);
    next_slice<AHEAD - 1>();
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
    auto step = [&](int slice, const float (&now)[2 * COLUMNS][4], float (&next)[2 * COLUMNS][4], const u32 (&before)[SLICE / 16][4], u32 (&in)[SLICE / 16][4])
    {
        next_slice<AHEAD - 2>();
        wide_fence();
        add(max(slice - 1, 0), before);
        start(slice + 1, next);
        wide_commit();
        load_slice(stages, gate_up, down, slice + AHEAD, hidden);
        activate(in, now);
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

// dx [rows, WIDTH], dgate_up [rows, 2 hidden] and h [rows, hidden] from x and dy [rows, WIDTH].
extern "C" __global__ void __launch_bounds__(THREADS, 1) narrow_feed_forward_backward(
    const u16* __restrict__ x, const u16* __restrict__ dy, const u16* __restrict__ gate_up, const u16* __restrict__ down,
    u16* __restrict__ dx, u16* __restrict__ dgate_up, u16* __restrict__ h, long long rows, int hidden)
{
    PANELS shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    u16* above = tile + ROWS * WIDTH;
    u16* stages = above + ROWS * WIDTH;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2, slices = hidden / SLICE;
    u16* mine = stages + STAGES * STAGE + warp * 3 * 16 * ROW; // results of a slice wait here for wide stores: dgate, dup, h
    const long long first = (long long)blockIdx.x * ROWS;
    load_tile(tile, x, first, rows);
    load_tile(above, dy, first, rows);
#pragma unroll
    for (int slice = 0; slice < AHEAD; slice++) load_slice(stages, gate_up, down, slice, hidden);
    next_slice<AHEAD - 1>();
    const u64 left = wide_operand<ROWS>(tile + warp / 4 * 64 * 64), dleft = wide_operand<ROWS>(above + warp / 4 * 64 * 64);
    float sum[WIDTH / 8][4] = {}, both[2][2 * COLUMNS][4], dh[2][COLUMNS][4];
    u32 inside[2][2 * SLICE / 16][4] = {};
    auto start = [&](int slice, float (&to)[2 * COLUMNS][4], float (&dto)[COLUMNS][4])
    {
        const u16* stage = stages + slice % STAGES * STAGE;
        const u64 weights = wide_operand<BOTH>(stage), dweights = slim_operand(stage + DOWN_AT);
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply(to, left + inner_step<ROWS>(inner), weights + inner_step<BOTH>(inner), inner);
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply<1>(dto, dleft + inner_step<ROWS>(inner), dweights + slim_transposed_step(inner), inner);
    };
    auto add = [&](int slice, const u32 (&in)[2 * SLICE / 16][4])
    {
        const u64 weights = wide_operand<BOTH>(stages + slice % STAGES * STAGE);
#pragma unroll
        for (int inner = 0; inner < 2 * SLICE / 16; inner++) wide_multiply<1>(sum, in[inner], weights + transposed_step(inner), 1);
    };
    auto step = [&](int slice, const float (&now)[2 * COLUMNS][4], const float (&dnow)[COLUMNS][4], float (&next)[2 * COLUMNS][4], float (&dnext)[COLUMNS][4],
        const u32 (&before)[2 * SLICE / 16][4], u32 (&in)[2 * SLICE / 16][4])
    {
        next_slice<AHEAD - 2>();
        wide_fence();
        add(max(slice - 1, 0), before);
        start(slice + 1, next, dnext);
        wide_commit();
        load_slice(stages, gate_up, down, slice + AHEAD, hidden);
#pragma unroll
        for (int column = 0; column < COLUMNS; column++)
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                const float2 z = rounded(now[column][2 * half], now[column][2 * half + 1]), u = rounded(now[column + COLUMNS][2 * half], now[column + COLUMNS][2 * half + 1]);
                const float2 d = rounded(dnow[column][2 * half], dnow[column][2 * half + 1]);
                const float2 s = make_float2(sigmoid(z.x), sigmoid(z.y)), a = rounded(z.x * s.x, z.y * s.y);
                const u32 dgate = floats_to_bf16x2(d.x * u.x * s.x * (1.f + z.x * (1.f - s.x)), d.y * u.y * s.y * (1.f + z.y * (1.f - s.y)));
                const u32 dup = floats_to_bf16x2(d.x * z.x * s.x, d.y * z.y * s.y);
                in[column / 2][column % 2 * 2 + half] = dgate;
                in[SLICE / 16 + column / 2][column % 2 * 2 + half] = dup;
                u16* at = mine + (g + 8 * half) * ROW + column * 8 + t2;
                *reinterpret_cast<u32*>(at) = dgate;
                *reinterpret_cast<u32*>(at + 16 * ROW) = dup;
                *reinterpret_cast<u32*>(at + 32 * ROW) = floats_to_bf16x2(a.x * u.x, a.y * u.y);
            }
        __syncwarp();
        const int column = slice_start(slice, hidden);
#pragma unroll 1
        for (int i = lane; i < 16 * SLICE / 8; i += 32)
        {
            const int row = i / (SLICE / 8), pack = i % (SLICE / 8) * 8;
            const long long at = first + warp * 16 + row;
            if (at >= rows || slice >= slices) continue;
            u16* to = dgate_up + at * 2 * hidden + column + pack;
            const u16* from = mine + row * ROW + pack;
            *reinterpret_cast<Words*>(to) = *reinterpret_cast<const Words*>(from);
            *reinterpret_cast<Words*>(to + hidden) = *reinterpret_cast<const Words*>(from + 16 * ROW);
            *reinterpret_cast<Words*>(h + at * hidden + column + pack) = *reinterpret_cast<const Words*>(from + 32 * ROW);
        }
        __syncwarp();
        wide_wait<0>();
        wide_arrived(next);
        wide_arrived(dnext);
    };
    wide_fence();
    start(0, both[0], dh[0]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(both[0]);
    wide_arrived(dh[0]);
    int slice = 0;
#pragma unroll 1
    for (; slice < slices; slice += 2)
    {
        step(slice, both[0], dh[0], both[1], dh[1], inside[1], inside[0]);
        step(slice + 1, both[1], dh[1], both[0], dh[0], inside[0], inside[1]);
    }
    wide_fence();
    add(slice - 1, inside[1]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(sum);
    wait_copies<0>();
    __syncthreads();                                        // the other warpgroup's products have read all of the stages
    write_sums(dx, stages + warp * 16 * (WIDTH + 8), sum, first + warp * 16, rows);
}
