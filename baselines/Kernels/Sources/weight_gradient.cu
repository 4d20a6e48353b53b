// A weight's gradient dyᵀ x of tall inputs: few outputs, each a sum over many rows. Tiles of 128 x 128 outputs, whose rows are shared out among `splits` blocks each; a second
// kernel adds their parts, always in the same order, to the gradient that is there. bfloat16 with float32 sums; Hopper's warpgroup products (sm_90a).
#include "tensor_core.cuh"
#include "warpgroup.cuh"

constexpr int SIDE = 128, THREADS = 256, DEPTH = 64, STAGES = 5, PIECES = SIDE / 8, OPERAND = DEPTH * SIDE;

__device__ __forceinline__ int tiles_of(int width) { return (width + SIDE - 1) / SIDE; }

// DEPTH rows of SIDE columns in panels; zeros beyond `rows` and `columns`.
__device__ __forceinline__ void load_operand(u16* to, const u16* from, int from_row, long long first, long long rows, int columns)
{
#pragma unroll
    for (int j = 0; j < DEPTH * SIDE / 8 / THREADS; j++)
    {
        const int i = threadIdx.x + j * THREADS, row = i / PIECES, column = i % PIECES * 8;
        const bool live = first + row < rows && column < columns;
        copy_async(to + panels_place<DEPTH>(row, i % PIECES), from + (live ? (first + row) * from_row + column : 0), live);
    }
}

// grid: tiles x splits. partial [splits, tiles, SIDE, SIDE].
extern "C" __global__ void __launch_bounds__(THREADS, 1) weight_gradient_parts(
    const u16* __restrict__ dy, const u16* __restrict__ x, int outputs, int inputs, float* __restrict__ partial, long long rows, int tiles, int splits)
{
    PANELS shared[];
    u16* stages = reinterpret_cast<u16*>(shared);
    const int split = blockIdx.x / tiles, tile = blockIdx.x % tiles;
    const int output = tile / tiles_of(inputs) * SIDE, input = tile % tiles_of(inputs) * SIDE;
    const long long pieces = (rows + DEPTH - 1) / DEPTH, begin = pieces * split / splits;
    const int steps = (int)(pieces * (split + 1) / splits - begin);
    auto load = [&](int step)
    {
        if (step < steps)
        {
            u16* stage = stages + step % STAGES * 2 * OPERAND;
            load_operand(stage, dy + output, outputs, (begin + step) * DEPTH, rows, outputs - output);
            load_operand(stage + OPERAND, x + input, inputs, (begin + step) * DEPTH, rows, inputs - input);
        }
        commit_copies();
    };
#pragma unroll
    for (int step = 0; step < 3; step++) load(step);
    const int warpgroup = threadIdx.x / 128;
    float sum[SIDE / 8][4] = {};
#pragma unroll 1
    for (int step = 0; step < steps; step++)
    {
        wait_copies<2>();
        publish_stores();
        __syncthreads();
        const u16* stage = stages + step % STAGES * 2 * OPERAND;
        const u64 left = wide_operand<DEPTH>(stage + warpgroup * DEPTH * 64), right = wide_operand<DEPTH>(stage + OPERAND);
        wide_fence();
#pragma unroll
        for (int inner = 0; inner < DEPTH / 16; inner++) wide_multiply_transposed(sum, left + transposed_step(inner), right + transposed_step(inner));
        wide_commit();
        load(step + 3);                                     // into the stage of two steps ago, which all products have left before the barrier
        wide_wait<1>();
    }
    wide_wait<0>();
    wide_arrived(sum);
    const int lane = threadIdx.x % 32, row = threadIdx.x / 32 * 16 + lane / 4;
    float* to = partial + (long long)blockIdx.x * SIDE * SIDE + row * SIDE + lane % 4 * 2;
#pragma unroll
    for (int column = 0; column < SIDE / 8; column++)
#pragma unroll
        for (int half = 0; half < 2; half++)
            *reinterpret_cast<float2*>(to + half * 8 * SIDE + column * 8) = make_float2(sum[column][2 * half], sum[column][2 * half + 1]);
}

// grid: tiles x SIDE · SIDE / 4 / THREADS. out (+)= the sum of the parts.
extern "C" __global__ void __launch_bounds__(THREADS) weight_gradient_sum(
    const float* __restrict__ partial, u16* out, int outputs, int inputs, int add, int tiles, int splits)
{
    constexpr int SHARES = SIDE * SIDE / 4 / THREADS;
    const int tile = blockIdx.x / SHARES, at = (blockIdx.x % SHARES * THREADS + threadIdx.x) * 4;
    const int output = tile / tiles_of(inputs) * SIDE + at / SIDE, input = tile % tiles_of(inputs) * SIDE + at % SIDE;
    if (output >= outputs || input >= inputs) return;
    float sum[4] = {};
    u16* to = out + (long long)output * inputs + input;
    if (add) load_quad(to, sum);
#pragma unroll 8
    for (int split = 0; split < splits; split++)
    {
        const float4 part = *reinterpret_cast<const float4*>(partial + ((long long)split * tiles + tile) * SIDE * SIDE + at);
        sum[0] += part.x;
        sum[1] += part.y;
        sum[2] += part.z;
        sum[3] += part.w;
    }
    store_quad(to, sum);
}
