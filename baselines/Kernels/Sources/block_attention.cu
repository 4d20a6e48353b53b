// The compressed branch of native sparse attention and the choice of blocks that follows from it. A warp has one query, whose query heads of one key head are the 16 rows of
// tensor-core steps: softmax attention over the means of the blocks complete before it, then, from the same scores again, each block's probability summed over those heads, and
// the best blocks. The means' rounding would decide between blocks, so keys meet the queries as two bfloat16 numbers each. float32 sums (sm_80 and later).
// Constants: WIDTH (a multiple of 16, at most 128), GROUP (query heads of a key head, at most 16), BLOCK (tokens of a block), CHOICES (blocks chosen, at least 3),
// CAPACITY (blocks whose probabilities fit shared memory).
#include "tensor_core.cuh"

constexpr int WARPS = 8, THREADS = 32 * WARPS, BLOCKS = 32;  // block means of a tile
constexpr int INNER = WIDTH / 16, PIECES = WIDTH / 8, ROW = WIDTH + 8, TILE = BLOCKS * ROW;
#define NOTHING __int_as_float(0xff800000)                  // minus infinity

struct Means { const float* k; const float* v; long long k_block, v_block; };

// High and low parts of the keys' means and, with VALUES, the values'; zeros from `count` on.
template <bool VALUES> __device__ __forceinline__ void load_means(u16* tile, const Means& means, int first, int count)
{
    for (int i = threadIdx.x; i < BLOCKS * WIDTH / 4; i += THREADS)
    {
        const int row = i / (WIDTH / 4), column = i % (WIDTH / 4) * 4, block = first + row;
        float4 k = {}, v = {};
        if (block < count) k = *reinterpret_cast<const float4*>(means.k + block * means.k_block + column);
        if (VALUES && block < count) v = *reinterpret_cast<const float4*>(means.v + block * means.v_block + column);
        u16* to = tile + row * ROW + column;
        const uint2 high = make_uint2(floats_to_bf16x2(k.x, k.y), floats_to_bf16x2(k.z, k.w));
        *reinterpret_cast<uint2*>(to) = high;
        *reinterpret_cast<uint2*>(to + TILE) = make_uint2(
            floats_to_bf16x2(k.x - __uint_as_float(high.x << 16), k.y - __uint_as_float(high.x & 0xffff0000u)),
            floats_to_bf16x2(k.z - __uint_as_float(high.y << 16), k.w - __uint_as_float(high.y & 0xffff0000u)));
        if (VALUES) *reinterpret_cast<uint2*>(to + 2 * TILE) = make_uint2(floats_to_bf16x2(v.x, v.y), floats_to_bf16x2(v.z, v.w));
    }
}

// Scores of a tile, minus infinity from `complete` on.
__device__ __forceinline__ void score_tile(float (&s)[BLOCKS / 8][4], const u32 (&left)[INNER][4], const u16* tile, int first, int complete)
{
    const int t2 = threadIdx.x % 4 * 2;
#pragma unroll
    for (int n = 0; n < BLOCKS / 16; n++)
    {
#pragma unroll
        for (int i = 0; i < 4; i++) s[2 * n][i] = s[2 * n + 1][i] = 0.f;
#pragma unroll
        for (int inner = 0; inner < INNER; inner++)
#pragma unroll
            for (int part = 1; part >= 0; part--)
            {
                u32 b[4];
                load_matrices(b, columns_first(tile + part * TILE + n * 16 * ROW + inner * 16, ROW));
                multiply(s[2 * n], left[inner], b[0], b[1]);
                multiply(s[2 * n + 1], left[inner], b[2], b[3]);
            }
    }
#pragma unroll
    for (int n = 0; n < BLOCKS / 8; n++)
#pragma unroll
        for (int i = 0; i < 4; i++)
            if (first + n * 8 + t2 + i % 2 >= complete) s[n][i] = NOTHING;
}

// q [Lq, H GROUP, WIDTH] by strides in elements; means of keys and values [blocks, H, WIDTH] float32 by strides; o [Lq, H GROUP, WIDTH] dense;
// chosen [Lq, H, CHOICES]: block 0, the query's own and the one before, then the best of the others, equal ones by lower index; -1 where there are no more.
// grid: (blocks of WARPS queries, H). scale: of the scores, times log2(e).
extern "C" __global__ void __launch_bounds__(THREADS) block_attention(
    const u16* __restrict__ q, const float* __restrict__ k_means, const float* __restrict__ v_means, u16* __restrict__ o, int* __restrict__ chosen,
    long long q_token, long long q_head, long long k_block, long long k_head, long long v_block, long long v_head, int before, int queries, float scale)
{
    DYNAMIC_SHARED shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2, head = blockIdx.y, heads = gridDim.y;
    float* share = reinterpret_cast<float*>(shared + 3 * TILE * 2) + warp * CAPACITY;
    const int query = blockIdx.x * WARPS + warp, position = before + query;
    const int complete = query < queries ? (position + 1) / BLOCK : 0, all = (before + min(blockIdx.x * WARPS + WARPS, queries)) / BLOCK;
    const Means means = {k_means + head * k_head, v_means + head * v_head, k_block, v_block};

    // The warp's rows by way of the tile.
    u16* rows = tile + warp % 4 * 16 * ROW;
    u32 left[INNER][4];
    static_assert(4 * 16 <= 3 * BLOCKS, "four warps' rows fit a tile");
#pragma unroll 1
    for (int turn = 0; turn < WARPS; turn += 4)
    {
        __syncthreads();
        if (warp / 4 * 4 != turn) continue;
        for (int i = lane; i < 16 * PIECES; i += 32)
        {
            Words piece = {};
            if (i / PIECES < GROUP && query < queries) piece = *reinterpret_cast<const Words*>(q + query * q_token + (head * GROUP + i / PIECES) * q_head + i % PIECES * 8);
            *reinterpret_cast<Words*>(rows + i / PIECES * ROW + i % PIECES * 8) = piece;
        }
        __syncwarp();
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) load_matrices(left[inner], rows_first(rows + inner * 16, ROW));
    }

    float sum[WIDTH / 8][4] = {}, s[BLOCKS / 8][4], largest[2] = {NOTHING, NOTHING}, total[2] = {};
#pragma unroll 1
    for (int first = 0; first < all; first += BLOCKS)
    {
        __syncthreads();
        load_means<true>(tile, means, first, all);
        __syncthreads();
        if (first >= complete) continue;
        score_tile(s, left, tile, first, complete);
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            float most = NOTHING;
#pragma unroll
            for (int n = 0; n < BLOCKS / 8; n++) most = fmaxf(most, fmaxf(s[n][2 * half], s[n][2 * half + 1]));
            most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 1));
            most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 2));
            most = fmaxf(most, largest[half]);
            const float base = most * scale, shrink = power_of_two(largest[half] * scale - base);
            largest[half] = most;
            float part = 0.f;
#pragma unroll
            for (int n = 0; n < BLOCKS / 8; n++)
#pragma unroll
                for (int i = 2 * half; i < 2 * half + 2; i++)
                {
                    s[n][i] = power_of_two(s[n][i] * scale - base);
                    part += s[n][i];
                }
            total[half] = total[half] * shrink + part;
#pragma unroll
            for (int column = 0; column < WIDTH / 8; column++)
            {
                sum[column][2 * half] *= shrink;
                sum[column][2 * half + 1] *= shrink;
            }
        }
#pragma unroll
        for (int n = 0; n < BLOCKS / 16; n++)
        {
            u32 weights[4];
            pack_left(weights, s[2 * n], s[2 * n + 1]);
#pragma unroll
            for (int column = 0; column < INNER; column++)
            {
                u32 b[4];
                load_matrices_transposed(b, rows_first(tile + 2 * TILE + n * 16 * ROW + column * 16, ROW));
                multiply(sum[2 * column], weights, b[0], b[1]);
                multiply(sum[2 * column + 1], weights, b[2], b[3]);
            }
        }
    }
    float inverse[2], base[2];
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 1);
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 2);
        inverse[half] = total[half] > 0.f ? 1.f / total[half] : 0.f;
        base[half] = largest[half] == NOTHING ? 0.f : largest[half] * scale;
        const int row = g + 8 * half;
        if (row < GROUP && query < queries)
#pragma unroll
            for (int column = 0; column < WIDTH / 8; column++)
                *reinterpret_cast<u32*>(o + (((long long)query * heads + head) * GROUP + row) * WIDTH + column * 8 + t2) =
                    floats_to_bf16x2(sum[column][2 * half] * inverse[half], sum[column][2 * half + 1] * inverse[half]);
    }

    // Each complete block's probabilities, summed over the heads. Only blocks that are not taken anyway compete: 1 ... own - 2.
    const int own = position / BLOCK;
    const bool compete = query < queries && own + 1 > CHOICES;
    const int needed = (before + min(blockIdx.x * WARPS + WARPS, queries) - 1) / BLOCK + 1 > CHOICES ? all : 0;
#pragma unroll 1
    for (int first = 0; first < needed; first += BLOCKS)
    {
        __syncthreads();
        load_means<false>(tile, means, first, all);
        __syncthreads();
        if (!compete || first >= complete) continue;
        score_tile(s, left, tile, first, complete);
#pragma unroll
        for (int n = 0; n < BLOCKS / 8; n++)
        {
            float pair[2];
#pragma unroll
            for (int i = 0; i < 2; i++)
            {
                pair[i] = g < GROUP ? power_of_two(s[n][i] * scale - base[0]) * inverse[0] : 0.f;
                if (g + 8 < GROUP) pair[i] += power_of_two(s[n][2 + i] * scale - base[1]) * inverse[1];
#pragma unroll
                for (int step = 4; step < 32; step *= 2) pair[i] += __shfl_xor_sync(0xffffffffu, pair[i], step);
            }
            if (g == 0) *reinterpret_cast<float2*>(share + first + n * 8 + t2) = make_float2(pair[0], pair[1]);
        }
    }
    __syncwarp();
    if (query >= queries) return;
    int* out = chosen + ((long long)query * heads + head) * CHOICES;
    if (!compete)
    {
        for (int i = lane; i < CHOICES; i += 32) out[i] = i <= own ? i : -1;
        return;
    }
    if (lane < 3) out[lane] = lane == 0 ? 0 : own + 1 - lane;
    // A lane has every 32nd block, and knows the best of its own.
    float best;
    int place;
    auto look = [&]
    {
        best = -1.f;
        place = 0x7fffffff;
        for (int i = lane; i <= own - 2; i += 32)
            if (i > 0 && share[i] > best)
            {
                best = share[i];
                place = i;
            }
    };
    look();
#pragma unroll 1
    for (int choice = 3; choice < CHOICES; choice++)
    {
        float most = best;
        int at = place;
#pragma unroll
        for (int step = 1; step < 32; step *= 2)
        {
            const float other = __shfl_xor_sync(0xffffffffu, most, step);
            const int elsewhere = __shfl_xor_sync(0xffffffffu, at, step);
            if (other > most || (other == most && elsewhere < at))
            {
                most = other;
                at = elsewhere;
            }
        }
        if (lane == 0) out[choice] = at;
        if (at % 32 == lane)
        {
            share[at] = -2.f;
            look();
        }
    }
}
