// y = W_down (silu(W_gate x) . W_up x) for narrow models (WIDTH up to 128): a block keeps ROWS tokens on chip and runs through the hidden columns in slices, so neither gate,
// up nor hidden values go through memory. Backward computes them again and writes the hidden values and the gradients of gate and up, of which the weights' gradients are
// products. Gate, up, their activation and the hidden gradient round as stored ones would. bfloat16 only.
#include "tensor_core.cuh"

constexpr int ROWS = 128, THREADS = 256, SLICE = 32, STAGES = 3, INNER = WIDTH / 16;
constexpr int ROW = WIDTH + 8, DOWN_ROW = SLICE + 8;                       // elements between rows in shared memory
constexpr int DOWN_AT = 2 * SLICE * ROW, STAGE = DOWN_AT + WIDTH * DOWN_ROW;

__device__ __forceinline__ const u16* rows_first(const u16* tile, int row) { return tile + (threadIdx.x & 15) * row + 8 * (threadIdx.x % 32 >> 4); }

__device__ __forceinline__ const u16* columns_first(const u16* tile, int row)
{
    const int lane = threadIdx.x % 32;
    return tile + ((lane & 7) + 8 * (lane >> 4)) * row + 8 * ((lane >> 3) & 1);
}

__device__ __forceinline__ void load_tile(u16* to, const u16* from, long long first, long long rows)
{
    for (int i = threadIdx.x; i < ROWS * WIDTH / 8; i += THREADS)
    {
        const int row = i / (WIDTH / 8), pack = i % (WIDTH / 8) * 8;
        copy_async(to + row * ROW + pack, from + (first + row < rows ? (first + row) * WIDTH : 0) + pack, first + row < rows);
    }
}

// Slice number `slice`: rows of W_gate, then of W_up, then the columns of W_down.
__device__ __forceinline__ void load_slice(u16* stages, const u16* gate_up, const u16* down, int slice, int hidden)
{
    if (slice * SLICE < hidden)
    {
        u16* stage = stages + slice % STAGES * STAGE;
        for (int i = threadIdx.x; i < 2 * SLICE * WIDTH / 8; i += THREADS)
        {
            const int row = i / (WIDTH / 8), pack = i % (WIDTH / 8) * 8;
            copy_async(stage + row * ROW + pack, gate_up + ((long long)(row / SLICE) * hidden + slice * SLICE + row % SLICE) * WIDTH + pack, true);
        }
        for (int i = threadIdx.x; i < WIDTH * SLICE / 8; i += THREADS)
        {
            const int row = i / (SLICE / 8), pack = i % (SLICE / 8) * 8;
            copy_async(stage + DOWN_AT + row * DOWN_ROW + pack, down + (long long)row * hidden + slice * SLICE + pack, true);
        }
    }
    commit_copies();
}

__device__ __forceinline__ void load_left(u32 (&left)[INNER][4], const u16* tile)
{
#pragma unroll
    for (int inner = 0; inner < INNER; inner++) load_matrices(left[inner], rows_first(tile, ROW) + inner * 16);
}

// This warp's 16 rows by SLICE columns of gate and up.
__device__ __forceinline__ void gate_and_up(float (&gate)[SLICE / 8][4], float (&up)[SLICE / 8][4], const u32 (&x)[INNER][4], const u16* stage)
{
#pragma unroll
    for (int inner = 0; inner < INNER; inner++)
#pragma unroll
        for (int half = 0; half < SLICE / 16; half++)
        {
            u32 a[4], b[4];
            load_matrices(a, columns_first(stage + half * 16 * ROW, ROW) + inner * 16);
            load_matrices(b, columns_first(stage + (SLICE + half * 16) * ROW, ROW) + inner * 16);
            multiply(gate[2 * half], x[inner], a[0], a[1]);
            multiply(gate[2 * half + 1], x[inner], a[2], a[3]);
            multiply(up[2 * half], x[inner], b[0], b[1]);
            multiply(up[2 * half + 1], x[inner], b[2], b[3]);
        }
}

__device__ __forceinline__ float fast_sigmoid(float x) { return __fdividef(1.f, 1.f + power_of_two(-x * LOG2_E)); }

extern "C" __global__ void __launch_bounds__(THREADS) narrow_feed_forward(
    const u16* __restrict__ x, const u16* __restrict__ gate_up, const u16* __restrict__ down, u16* __restrict__ y, long long rows, int hidden)
{
    DYNAMIC_SHARED shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    u16* stages = tile + ROWS * ROW;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2, slices = hidden / SLICE;
    const long long first = (long long)blockIdx.x * ROWS;
    u16* mine = tile + warp * 16 * ROW;
    load_tile(tile, x, first, rows);
    load_slice(stages, gate_up, down, 0, hidden);
    load_slice(stages, gate_up, down, 1, hidden);
    wait_copies<1>();
    __syncthreads();
    u32 left[INNER][4];
    load_left(left, mine);
    float sum[WIDTH / 8][4] = {};
#pragma unroll 1
    for (int slice = 0; slice < slices; slice++)
    {
        wait_copies<1>();
        __syncthreads();
        load_slice(stages, gate_up, down, slice + 2, hidden);
        const u16* stage = stages + slice % STAGES * STAGE;
        float gate[SLICE / 8][4] = {}, up[SLICE / 8][4] = {};
        gate_and_up(gate, up, left, stage);
        u32 inside[SLICE / 16][4];
#pragma unroll
        for (int column = 0; column < SLICE / 8; column++)
        {
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                const float z = as_element(gate[column][i]);
                gate[column][i] = as_element(z * fast_sigmoid(z)) * as_element(up[column][i]);
            }
            inside[column / 2][column % 2 * 2] = floats_to_bf16x2(gate[column][0], gate[column][1]);
            inside[column / 2][column % 2 * 2 + 1] = floats_to_bf16x2(gate[column][2], gate[column][3]);
        }
#pragma unroll
        for (int inner = 0; inner < SLICE / 16; inner++)
#pragma unroll
            for (int column = 0; column < INNER; column++)
            {
                u32 b[4];
                load_matrices(b, columns_first(stage + DOWN_AT + column * 16 * DOWN_ROW, DOWN_ROW) + inner * 16);
                multiply(sum[2 * column], inside[inner], b[0], b[1]);
                multiply(sum[2 * column + 1], inside[inner], b[2], b[3]);
            }
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
extern "C" __global__ void __launch_bounds__(THREADS) narrow_feed_forward_backward(
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
    load_slice(stages, gate_up, down, 0, hidden);
    load_slice(stages, gate_up, down, 1, hidden);
    wait_copies<1>();
    __syncthreads();
    u32 left[INNER][4], dleft[INNER][4];
    load_left(left, tile + warp * 16 * ROW);
    load_left(dleft, above + warp * 16 * ROW);
    // Each warp's rows of both tiles are its own from here on: three results of 16 rows by SLICE columns wait there for wide stores.
    u16* mine = tile + warp * 16 * ROW;
    u16* more = above + warp * 16 * ROW;
    static_assert(2 * DOWN_ROW <= ROW, "two results beside each other in a row of the tile");
    __syncwarp();
#pragma unroll 1
    for (int slice = 0; slice < slices; slice++)
    {
        wait_copies<1>();
        __syncthreads();
        load_slice(stages, gate_up, down, slice + 2, hidden);
        const u16* stage = stages + slice % STAGES * STAGE;
        float gate[SLICE / 8][4] = {}, up[SLICE / 8][4] = {}, dh[SLICE / 8][4] = {};
        gate_and_up(gate, up, left, stage);
#pragma unroll
        for (int inner = 0; inner < INNER; inner++)
#pragma unroll
            for (int half = 0; half < SLICE / 16; half++)
            {
                u32 b[4];
                load_matrices_transposed(b, rows_first(stage + DOWN_AT + inner * 16 * DOWN_ROW, DOWN_ROW) + half * 16);
                multiply(dh[2 * half], dleft[inner], b[0], b[1]);
                multiply(dh[2 * half + 1], dleft[inner], b[2], b[3]);
            }
#pragma unroll
        for (int column = 0; column < SLICE / 8; column++)
        {
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                const float z = as_element(gate[column][i]), u = as_element(up[column][i]), d = as_element(dh[column][i]), s = fast_sigmoid(z);
                dh[column][i] = as_element(z * s) * u;
                up[column][i] = d * z * s;
                gate[column][i] = d * u * s * (1.f + z * (1.f - s));
            }
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                const int at = (g + 8 * half) * ROW + column * 8 + t2;
                *reinterpret_cast<u32*>(mine + at) = floats_to_bf16x2(gate[column][2 * half], gate[column][2 * half + 1]);
                *reinterpret_cast<u32*>(mine + at + DOWN_ROW) = floats_to_bf16x2(up[column][2 * half], up[column][2 * half + 1]);
                *reinterpret_cast<u32*>(more + at) = floats_to_bf16x2(dh[column][2 * half], dh[column][2 * half + 1]);
            }
        }
        __syncwarp();
#pragma unroll
        for (int i = lane; i < 16 * SLICE / 8; i += 32)
        {
            const int row = i / (SLICE / 8), pack = i % (SLICE / 8) * 8;
            const long long at = first + warp * 16 + row;
            if (at >= rows) continue;
            u16* to = dgate_up + at * 2 * hidden + slice * SLICE + pack;
            *reinterpret_cast<Words*>(to) = *reinterpret_cast<const Words*>(mine + row * ROW + pack);
            *reinterpret_cast<Words*>(to + hidden) = *reinterpret_cast<const Words*>(mine + row * ROW + DOWN_ROW + pack);
            *reinterpret_cast<Words*>(h + at * hidden + slice * SLICE + pack) = *reinterpret_cast<const Words*>(more + row * ROW + pack);
        }
        __syncwarp();
    }
}
