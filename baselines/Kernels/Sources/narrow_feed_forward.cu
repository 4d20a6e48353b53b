// y = W_down (silu(W_gate x) . W_up x) for models of width 128: a block keeps 128 tokens on chip and runs through the hidden columns in slices, so neither gate, up nor
// hidden values go through memory. Backward computes them again and writes the hidden values and the gradients of gate and up, of which the weights' gradients are
// products. Gate, up, their activation and the hidden gradient round as stored ones would. bfloat16; Hopper's warpgroup products (sm_90a).
#include "tensor_core.cuh"
#include "warpgroup.cuh"

constexpr int WIDTH = 128, ROWS = 128, THREADS = 256, SLICE = 32, STAGES = 3, INNER = WIDTH / 16;
constexpr int ROW = WIDTH + 8, DOWN_ROW = SLICE + 8;                       // elements between rows of plain tiles in shared memory
constexpr int DOWN_AT = 2 * SLICE * WIDTH, STAGE = DOWN_AT + WIDTH * DOWN_ROW;

__device__ __forceinline__ void load_tile(u16* to, const u16* from, long long first, long long rows)
{
    for (int i = threadIdx.x; i < ROWS * WIDTH / 8; i += THREADS)
    {
        const int row = i / (WIDTH / 8), pack = i % (WIDTH / 8) * 8;
        copy_async(to + row * ROW + pack, from + (first + row < rows ? (first + row) * WIDTH : 0) + pack, first + row < rows);
    }
}

// Where a block's slice number `slice` begins among the hidden columns. Every block begins elsewhere: if all read the same few weights at a time, the parts of the L2 cache
// that hold them would serve all requests while the others wait.
__device__ __forceinline__ int slice_start(int slice, int hidden) { return (slice + blockIdx.x) % (hidden / SLICE) * SLICE; }

// Slice number `slice`: rows of W_gate, then of W_up, in blocks; then the columns of W_down, in blocks for the forward pass and as rows for the backward pass.
template <bool BLOCKS> __device__ __forceinline__ void load_slice(u16* stages, const u16* gate_up, const u16* down, int slice, int hidden)
{
    if (slice * SLICE < hidden)
    {
        u16* stage = stages + slice % STAGES * STAGE;
        const int start = slice_start(slice, hidden);
        for (int i = threadIdx.x; i < 2 * SLICE * WIDTH / 8; i += THREADS)
        {
            const int row = i / WIDTH * 8 + i % 8, pack = i % WIDTH / 8 * 8;
            copy_async(stage + i * 8, gate_up + ((long long)(row / SLICE) * hidden + start + row % SLICE) * WIDTH + pack, true);
        }
        for (int i = threadIdx.x; i < WIDTH * SLICE / 8; i += THREADS)
        {
            const int row = BLOCKS ? i / SLICE * 8 + i % 8 : i / (SLICE / 8), pack = (BLOCKS ? i % SLICE / 8 : i % (SLICE / 8)) * 8;
            copy_async(stage + DOWN_AT + (BLOCKS ? i * 8 : row * DOWN_ROW + pack), down + (long long)row * hidden + start + pack, true);
        }
    }
    commit_copies();
}

__device__ __forceinline__ void load_left(u32 (&left)[INNER][4], const u16* tile)
{
#pragma unroll
    for (int inner = 0; inner < INNER; inner++) load_matrices(left[inner], rows_first(tile, ROW) + inner * 16);
}

// Starts this warpgroup's 64 rows of gate (first half of the columns) and up.
__device__ __forceinline__ void start_gate_and_up(float (&sum)[2 * SLICE / 8][4], const u32 (&x)[INNER][4], const u16* stage)
{
    const u64 weights = wide_operand(stage, WIDTH);
    wide_fence();
#pragma unroll
    for (int inner = 0; inner < INNER; inner++) wide_multiply(sum, x[inner], weights + inner * 16, inner);
    wide_commit();
}

// Every thread's copies of the next slice have arrived and may be read by products.
__device__ __forceinline__ void next_slice()
{
    wait_copies<1>();
    publish_stores();
    __syncthreads();
}

extern "C" __global__ void __launch_bounds__(THREADS, 1) narrow_feed_forward(
    const u16* __restrict__ x, const u16* __restrict__ gate_up, const u16* __restrict__ down, u16* __restrict__ y, long long rows, int hidden)
{
    DYNAMIC_SHARED shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    u16* stages = tile + ROWS * ROW;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2, slices = hidden / SLICE;
    const long long first = (long long)blockIdx.x * ROWS;
    u16* mine = tile + warp * 16 * ROW;
    load_tile(tile, x, first, rows);
    load_slice<true>(stages, gate_up, down, 0, hidden);
    load_slice<true>(stages, gate_up, down, 1, hidden);
    next_slice();
    u32 left[INNER][4];
    load_left(left, mine);
    float sum[WIDTH / 8][4] = {}, both[2 * SLICE / 8][4];
#pragma unroll 1
    for (int slice = 0; slice < slices; slice++)
    {
        next_slice();
        const u16* stage = stages + slice % STAGES * STAGE;
        start_gate_and_up(both, left, stage);
        load_slice<true>(stages, gate_up, down, slice + 2, hidden);
        wide_wait<0>();
        u32 inside[SLICE / 16][4];
#pragma unroll
        for (int column = 0; column < SLICE / 8; column++)
        {
            float h[4];
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                const float z = as_element(both[column][i]);
                h[i] = as_element(z * sigmoid(z)) * as_element(both[column + SLICE / 8][i]);
            }
            inside[column / 2][column % 2 * 2] = floats_to_bf16x2(h[0], h[1]);
            inside[column / 2][column % 2 * 2 + 1] = floats_to_bf16x2(h[2], h[3]);
        }
        const u64 weights = wide_operand(stage + DOWN_AT, SLICE);
        wide_fence();
#pragma unroll
        for (int inner = 0; inner < SLICE / 16; inner++) wide_multiply(sum, inside[inner], weights + inner * 16, 1);
        wide_commit();
        wide_wait<0>();
    }
#pragma unroll
    for (int column = 0; column < WIDTH / 8; column++)
#pragma unroll
        for (int half = 0; half < 2; half++)
            *reinterpret_cast<u32*>(mine + (g + 8 * half) * ROW + column * 8 + t2) = floats_to_bf16x2(sum[column][2 * half], sum[column][2 * half + 1]);
    __syncwarp();
    for (int i = lane; i < 16 * WIDTH / 8; i += 32)
    {
        const int row = i / (WIDTH / 8), pack = i % (WIDTH / 8) * 8;
        const long long at = first + warp * 16 + row;
        if (at < rows) *reinterpret_cast<Words*>(y + at * WIDTH + pack) = *reinterpret_cast<const Words*>(mine + row * ROW + pack);
    }
}

// dgate_up [rows, 2 hidden] and h [rows, hidden] from x and dy [rows, WIDTH].
extern "C" __global__ void __launch_bounds__(THREADS, 1) narrow_feed_forward_backward(
    const u16* __restrict__ x, const u16* __restrict__ dy, const u16* __restrict__ gate_up, const u16* __restrict__ down,
    u16* __restrict__ dgate_up, u16* __restrict__ h, long long rows, int hidden)
{
    DYNAMIC_SHARED shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    u16* above = tile + ROWS * ROW;
    u16* stages = above + ROWS * ROW;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2, slices = hidden / SLICE;
    const long long first = (long long)blockIdx.x * ROWS;
    load_tile(tile, x, first, rows);
    load_tile(above, dy, first, rows);
    load_slice<false>(stages, gate_up, down, 0, hidden);
    load_slice<false>(stages, gate_up, down, 1, hidden);
    next_slice();
    u32 left[INNER][4], dleft[INNER][4];
    load_left(left, tile + warp * 16 * ROW);
    load_left(dleft, above + warp * 16 * ROW);
    // From here on a warp has its rows of both tiles to itself; its results wait there for wide stores, those of gate and up beside each other.
    u16* mine = tile + warp * 16 * ROW;
    u16* more = above + warp * 16 * ROW;
    static_assert(2 * DOWN_ROW <= ROW, "two results beside each other in a row of a tile");
#pragma unroll 1
    for (int slice = 0; slice < slices; slice++)
    {
        next_slice();
        const u16* stage = stages + slice % STAGES * STAGE;
        float both[2 * SLICE / 8][4], dh[SLICE / 8][4] = {};
        start_gate_and_up(both, left, stage);
        load_slice<false>(stages, gate_up, down, slice + 2, hidden);
        const u16* inner_rows = rows_first(stage + DOWN_AT, DOWN_ROW);
        stream<2 * INNER, 4>(
            [&](u32 (&b)[4], int i) { load_matrices_transposed(b, inner_rows + i / 2 * 16 * DOWN_ROW + (i & 1) * 16); },
            [&](const u32 (&b)[4], int i)
            {
                multiply(dh[(i & 1) * 2], dleft[i / 2], b[0], b[1]);
                multiply(dh[(i & 1) * 2 + 1], dleft[i / 2], b[2], b[3]);
            });
        wide_wait<0>();
#pragma unroll
        for (int column = 0; column < SLICE / 8; column++)
        {
            float inside[4], dgate[4], dup[4];
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                const float z = as_element(both[column][i]), u = as_element(both[column + SLICE / 8][i]), d = as_element(dh[column][i]), s = sigmoid(z);
                inside[i] = as_element(z * s) * u;
                dup[i] = d * z * s;
                dgate[i] = d * u * s * (1.f + z * (1.f - s));
            }
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                const int at = (g + 8 * half) * ROW + column * 8 + t2;
                *reinterpret_cast<u32*>(mine + at) = floats_to_bf16x2(dgate[2 * half], dgate[2 * half + 1]);
                *reinterpret_cast<u32*>(mine + at + DOWN_ROW) = floats_to_bf16x2(dup[2 * half], dup[2 * half + 1]);
                *reinterpret_cast<u32*>(more + at) = floats_to_bf16x2(inside[2 * half], inside[2 * half + 1]);
            }
        }
        __syncwarp();
        const int start = slice_start(slice, hidden);
#pragma unroll
        for (int i = lane; i < 16 * SLICE / 8; i += 32)
        {
            const int row = i / (SLICE / 8), pack = i % (SLICE / 8) * 8;
            const long long at = first + warp * 16 + row;
            if (at >= rows) continue;
            u16* to = dgate_up + at * 2 * hidden + start + pack;
            *reinterpret_cast<Words*>(to) = *reinterpret_cast<const Words*>(mine + row * ROW + pack);
            *reinterpret_cast<Words*>(to + hidden) = *reinterpret_cast<const Words*>(mine + row * ROW + DOWN_ROW + pack);
            *reinterpret_cast<Words*>(h + at * hidden + start + pack) = *reinterpret_cast<const Words*>(more + row * ROW + pack);
        }
        __syncwarp();
    }
}
