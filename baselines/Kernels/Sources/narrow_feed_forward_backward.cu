// The backward pass of narrow_feed_forward.cu. A block keeps a slice of hidden columns, with its weights, and runs through the rows of its group: it computes gate and up
// again, and neither they nor their gradients go through memory. The weights' gradients stay in its registers until the end; what it adds to the input's gradient is
// written apart for each slice, and whoever reads it adds the slices up. Each half of a slice is activated while products with the
// other run. Roundings as there. bfloat16; Hopper's warpgroup products (sm_90a).
#include "tensor_core.cuh"
#include "warpgroup.cuh"
#include "narrow.cuh"

constexpr int SLICE = 64, HALF = SLICE / 2, BOTH = 2 * SLICE, PANEL = ROWS * 64, PAIR = 2 * ROWS * WIDTH; // a pair: the rows' inputs and the gradients of their outputs

// Columns 32 k + 8 t and on of two of a warp's rows for each thread, from sums that lie pairwise in the four threads of a row: stores of 16 bytes, 64 of a row.
__device__ __forceinline__ void store_rows(u16* to, const float (&sum)[WIDTH / 8][4], long long first, long long rows)
{
    const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
#pragma unroll
    for (int half = 0; half < 2; half++)
#pragma unroll
        for (int k = 0; k < WIDTH / 32; k++)
        {
            u32 v[4];
#pragma unroll
            for (int j = 0; j < 4; j++) v[j] = floats_to_bf16x2(sum[4 * k + j][2 * half], sum[4 * k + j][2 * half + 1]);
            const u32 a = __shfl_xor_sync(0xffffffffu, t & 1 ? v[0] : v[1], 1), b = __shfl_xor_sync(0xffffffffu, t & 1 ? v[2] : v[3], 1);
            if (t & 1) v[0] = a, v[2] = b;
            else v[1] = a, v[3] = b;
            const u32 c = __shfl_xor_sync(0xffffffffu, t & 2 ? v[0] : v[2], 2), d = __shfl_xor_sync(0xffffffffu, t & 2 ? v[1] : v[3], 2);
            if (t & 2) v[0] = c, v[1] = d;
            else v[2] = c, v[3] = d;
            const long long row = first + g + 8 * half;
            if (row < rows) *reinterpret_cast<Words*>(to + row * WIDTH + (4 * k + t) * 8) = Words{v[0], v[1], v[2], v[3]};
        }
}

// grid: hidden / SLICE x groups. dx_parts [hidden / SLICE, rows, WIDTH]; weight_parts [groups, 3 hidden WIDTH]: dW_gate and dW_up [2 hidden, WIDTH], dW_down [WIDTH, hidden].
extern "C" __global__ void __launch_bounds__(THREADS, 1) narrow_feed_forward_backward(
    const u16* __restrict__ x, const u16* __restrict__ dy, const u16* __restrict__ gate_up, const u16* __restrict__ down,
    u16* __restrict__ dx_parts, float* __restrict__ weight_parts, long long rows, int hidden, int groups)
{
    PANELS shared[];
    u16* both_weights = reinterpret_cast<u16*>(shared);
    u16* down_weights = both_weights + BOTH * WIDTH;
    u16* pairs = down_weights + WIDTH * SLICE;              // two: one is read, one arrives
    u16* results = pairs + 2 * PAIR;                        // panels of dgate, dup and h
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2, warpgroup = warp / 4;
    const int slice = blockIdx.x % (hidden / SLICE), group = blockIdx.x / (hidden / SLICE), start = slice * SLICE;
    const long long tiles = (rows + ROWS - 1) / ROWS, begin = tiles * group / groups;
    const int steps = (int)(tiles * (group + 1) / groups - begin);
    auto load = [&](int step)
    {
        if (step < steps)
        {
            u16* to = pairs + step % 2 * PAIR;
            load_tile(to, x, (begin + step) * ROWS, rows);
            load_tile(to + ROWS * WIDTH, dy, (begin + step) * ROWS, rows);
        }
        commit_copies();
    };
    for (int i = threadIdx.x; i < BOTH * PIECES; i += THREADS)   // gate's first half, up's first half, gate's second half, up's second half
    {
        const int row = i / PIECES, piece = i % PIECES;
        copy_async(both_weights + panels_place<BOTH>(row, piece), gate_up + (long long)(row / HALF % 2 * hidden + start + row / SLICE * HALF + row % HALF) * WIDTH + piece * 8, true);
    }
    for (int i = threadIdx.x; i < WIDTH * SLICE / 8; i += THREADS)
    {
        const int row = i / (SLICE / 8), piece = i % (SLICE / 8);
        copy_async(down_weights + panel_place(row, piece), down + (long long)row * hidden + start + piece * 8, true);
    }
    load(0);
    const u64 weights = wide_operand<BOTH>(both_weights), dweights = wide_operand<WIDTH>(down_weights);
    const u64 back = wide_operand<ROWS>(results + warpgroup * 64 * 64), own = wide_operand<ROWS>(results + warpgroup * PANEL), inside = wide_operand<ROWS>(results + 2 * PANEL);
    float dboth[WIDTH / 8][4] = {}, ddown[SLICE / 8][4] = {};
#pragma unroll 1
    for (int step = 0; step < steps; step++)
    {
        next_slice<0>();                                    // and all products of the step before have been waited for
        load(step + 1);
        const u16* tile = pairs + step % 2 * PAIR;
        const u16* above = tile + ROWS * WIDTH;
        const u64 left = wide_operand<ROWS>(tile + warpgroup * 64 * 64), dleft = wide_operand<ROWS>(above + warpgroup * 64 * 64);
        float both[2][SLICE / 8][4], dh[SLICE / 8][4], sum[WIDTH / 8][4];
        u32 in[2][SLICE / 16][4];
        wide_fence();
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply(both[0], left + inner_step<ROWS>(inner), weights + inner_step<BOTH>(inner), inner);
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply<1>(dh, dleft + inner_step<ROWS>(inner), dweights + transposed_step(inner), inner);
        wide_commit();
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply(both[1], left + inner_step<ROWS>(inner), weights + SLICE * 8 + inner_step<BOTH>(inner), inner);
        wide_commit();
#pragma unroll
        for (int part = 0; part < 2; part++)
        {
            wide_wait<1>();
            wide_arrived(both[part]);
            if (part == 0) wide_arrived(dh);
#pragma unroll
            for (int column = 0; column < HALF / 8; column++)
#pragma unroll
                for (int half = 0; half < 2; half++)
                {
                    const float2 z = rounded(both[part][column][2 * half], both[part][column][2 * half + 1]);
                    const float2 u = rounded(both[part][column + HALF / 8][2 * half], both[part][column + HALF / 8][2 * half + 1]);
                    const float2 d = rounded(dh[part * HALF / 8 + column][2 * half], dh[part * HALF / 8 + column][2 * half + 1]);
                    const float2 s = make_float2(sigmoid(z.x), sigmoid(z.y)), a = rounded(z.x * s.x, z.y * s.y);
                    const u32 dgate = floats_to_bf16x2(d.x * u.x * s.x * (1.f + z.x * (1.f - s.x)), d.y * u.y * s.y * (1.f + z.y * (1.f - s.y)));
                    const u32 dup = floats_to_bf16x2(d.x * z.x * s.x, d.y * z.y * s.y);
                    u16* at = results + panel_place(warp * 16 + g + 8 * half, part * HALF / 8 + column) + t2;
                    in[part][column / 2][column % 2 * 2 + half] = dgate;
                    in[part][HALF / 16 + column / 2][column % 2 * 2 + half] = dup;
                    *reinterpret_cast<u32*>(at) = dgate;
                    *reinterpret_cast<u32*>(at + PANEL) = dup;
                    *reinterpret_cast<u32*>(at + 2 * PANEL) = floats_to_bf16x2(a.x * u.x, a.y * u.y);
                }
            wide_fence();
#pragma unroll
            for (int inner = 0; inner < SLICE / 16; inner++) wide_multiply<1>(sum, in[part][inner], weights + transposed_step(part * SLICE / 16 + inner), part + inner);
            wide_commit();
        }
        publish_stores();
        __syncthreads();
        const u64 input = wide_operand<ROWS>(tile), output = wide_operand<ROWS>(above + warpgroup * PANEL);
        wide_fence();
#pragma unroll
        for (int inner = 0; inner < ROWS / 16; inner++)
        {
            wide_multiply_transposed(dboth, own + transposed_step(inner), input + transposed_step(inner));
            wide_multiply_transposed(ddown, output + transposed_step(inner), inside + transposed_step(inner));
        }
        wide_commit();
        wide_wait<1>();
        wide_arrived(sum);
        store_rows(dx_parts + slice * rows * WIDTH, sum, (begin + step) * ROWS + warp * 16, rows);
        wide_wait<0>();
        wide_arrived(dboth);
        wide_arrived(ddown);
    }
    float* to = weight_parts + (long long)group * 3 * hidden * WIDTH;
    const int row = warp % 4 * 16 + g;
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        float* to_both = to + (long long)(warpgroup * hidden + start + row + 8 * half) * WIDTH + t2;
        float* to_down = to + (long long)2 * hidden * WIDTH + (long long)(warpgroup * 64 + row + 8 * half) * hidden + start + t2;
#pragma unroll
        for (int column = 0; column < WIDTH / 8; column++)
            *reinterpret_cast<float2*>(to_both + column * 8) = make_float2(dboth[column][2 * half], dboth[column][2 * half + 1]);
#pragma unroll
        for (int column = 0; column < SLICE / 8; column++)
            *reinterpret_cast<float2*>(to_down + column * 8) = make_float2(ddown[column][2 * half], ddown[column][2 * half + 1]);
    }
}

// The groups' parts of the weights' gradients, always in the same order, written to or added to both gradients. grid: 3 hidden WIDTH / 4 / THREADS.
extern "C" __global__ void __launch_bounds__(THREADS) narrow_feed_forward_weights(
    const float* __restrict__ weight_parts, u16* dgate_up, u16* ddown, int hidden, int groups, int add_both, int add_down)
{
    const int count = 3 * hidden * WIDTH, at = (blockIdx.x * THREADS + threadIdx.x) * 4, first = 2 * hidden * WIDTH;
    u16* to = at < first ? dgate_up + at : ddown + at - first;
    float sum[4] = {};
    if (at < first ? add_both : add_down) load_quad(to, sum);
#pragma unroll 8
    for (int group = 0; group < groups; group++)
    {
        const float4 part = *reinterpret_cast<const float4*>(weight_parts + (long long)group * count + at);
        sum[0] += part.x;
        sum[1] += part.y;
        sum[2] += part.z;
        sum[3] += part.w;
    }
    store_quad(to, sum);
}
