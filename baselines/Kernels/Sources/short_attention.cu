// Causal softmax attention over sequences so short that a head's keys and values lie in shared memory at once, from packed projections [B, L, 3, H, WIDTH] whose queries
// and keys are turned on the way (ROTATE 1; ADJACENT as in rotary.cu). Forward keeps log2 of the softmax's denominators; backward recomputes the probabilities, once for
// the gradients of keys and values and once for those of queries, so nothing is added across warps and results repeat bit for bit. bfloat16, WIDTH 16 or 32.
// ROWS is the length rounded up to whole groups; warps take groups of rows from both ends, so that each has about the same share of the triangle.
#include "tensor_core.cuh"
#include "attention_products.cuh"
#include "short_attention.cuh"

#if FORWARD
constexpr int MANY = 1, GROUP = 16 * MANY, STEP = 32, GROUPS = ROWS / GROUP, PAIRED = (GROUPS + 1) / 2, WARPS = PAIRED < 8 ? PAIRED : 8, THREADS = 32 * WARPS;
// grid: B · H. o [B, L, H, WIDTH]; denominators [B · H, ROWS].
extern "C" __global__ void __launch_bounds__(THREADS, 2) short_attention_forward(
    const u16* __restrict__ packed, const float2* __restrict__ table, u16* __restrict__ o, float* __restrict__ denominators, int length, int heads, float scale)
{
    DYNAMIC_SHARED shared[];
    u16* q = reinterpret_cast<u16*>(shared);
    u16* k = q + ROWS * ROW;
    u16* v = k + ROWS * ROW;
    const int batch = blockIdx.x / heads, head = blockIdx.x % heads, lane = threadIdx.x % 32, g = lane / 4;
    const long long stride = 3LL * heads * WIDTH, width = (long long)heads * WIDTH;
    const u16* from = packed + (long long)batch * length * stride + head * WIDTH;
    load_head<false, THREADS>(q, k, v, nullptr, nullptr, from, stride, width, table, nullptr, nullptr, length);
    __syncthreads();

    const float factor = scale * LOG2_E;
#pragma unroll 1
    for (int turn = threadIdx.x / 32; turn < 2 * PAIRED; turn += WARPS)
    {
        const int group = turn < PAIRED ? turn : GROUPS - 1 - (turn - PAIRED);
        if ((turn >= PAIRED && group < PAIRED) || group * GROUP >= length) continue;
        const int first = group * GROUP;
        u32 left[MANY][INNER][4];
#pragma unroll
        for (int m = 0; m < MANY; m++)
#pragma unroll
            for (int inner = 0; inner < INNER; inner++) load_matrices(left[m][inner], rows_first(q + (first + 16 * m) * ROW) + inner * 16);
        Softmax<MANY> out;
        begin(out);
#pragma unroll 1
        for (int key = 0; key < first + GROUP; key += STEP) attend(out, left, k + key * ROW, v + key * ROW, factor, key - first);
        float log[MANY][2];
        finish(out, log);
#pragma unroll
        for (int m = 0; m < MANY; m++)
        {
#pragma unroll
            for (int half = 0; half < 2; half++)
                if (lane % 4 == 0) denominators[(long long)blockIdx.x * ROWS + first + 16 * m + g + 8 * half] = log[m][half];
            stage_tile(q + (first + 16 * m) * ROW, out.sum[m], 1.f / out.total[m][0], 1.f / out.total[m][1]); // only this warp read these queries
        }
        write_rows<GROUP>(o + (long long)batch * length * width + head * WIDTH, q + first * ROW, width, first, length);
    }
}
#else
// Warps for either half of the work: keys and values in groups of 16 rows, queries, which need fewer registers, in groups of 32.
constexpr int WARPS = ROWS >= 256 ? 4 : (ROWS + 63) / 64, THREADS = 2 * 32 * WARPS;

// The group of 16 MANY rows that a warp takes in its turn, from both ends so that each warp has about the same share of the triangle; -1 for none.
template <int MANY> __device__ __forceinline__ int first_row(int turn, int length)
{
    constexpr int GROUPS = ROWS / (16 * MANY), PAIRED = (GROUPS + 1) / 2;
    const int group = turn < PAIRED ? turn : GROUPS - 1 - (turn - PAIRED), first = group * 16 * MANY;
    return (turn >= PAIRED && group < PAIRED) || first >= length ? -1 : first;
}

template <int MANY> constexpr int TURNS = (ROWS / (16 * MANY) + 1) / 2 * 2;

// grid: B · H. The first WARPS warps give the gradients of keys and values, the others those of queries, all in the packed layout.
extern "C" __global__ void __launch_bounds__(THREADS, 2) short_attention_backward(
    const u16* __restrict__ packed, const float2* __restrict__ table, const u16* __restrict__ o, const float* __restrict__ denominators, const u16* __restrict__ dout,
    u16* __restrict__ dpacked, int length, int heads, float scale)
{
    DYNAMIC_SHARED shared[];
    u16* q = reinterpret_cast<u16*>(shared);
    u16* k = q + ROWS * ROW;
    u16* v = k + ROWS * ROW;
    u16* up = v + ROWS * ROW;
    float* denominator = reinterpret_cast<float*>(up + ROWS * ROW);
    float* delta = denominator + ROWS;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
    u16* mine = reinterpret_cast<u16*>(delta + ROWS) + warp * 32 * ROW;
    const int batch = blockIdx.x / heads, head = blockIdx.x % heads;
    const long long stride = 3LL * heads * WIDTH, width = (long long)heads * WIDTH, at = (long long)batch * length * stride + head * WIDTH;
    const long long out_at = (long long)batch * length * width + head * WIDTH;
    u16* to = dpacked + at;
    const float factor = scale * LOG2_E;
    for (int i = threadIdx.x; i < ROWS; i += THREADS) denominator[i] = i < length ? denominators[(long long)blockIdx.x * ROWS + i] : 1e30f;
    load_head<true, THREADS>(q, k, v, up, delta, packed + at, stride, width, table, dout + out_at, o + out_at, length);
    __syncthreads();

    float log[4], less[4];
    if (warp < WARPS)
    {
#pragma unroll 1
        for (int turn = warp; turn < TURNS<1>; turn += WARPS)
        {
            const int first = first_row<1>(turn, length);
            if (first < 0) continue;
            u32 keys[1][INNER][4], values[1][INNER][4], p[1][4], ds[1][4];
            load_left(keys, k + first * ROW);
            load_left(values, v + first * ROW);
            float dk[1][TILES][4] = {}, dv[1][TILES][4] = {};
#pragma unroll 1
            for (int query = first; query < length; query += 16)
            {
                Products<1> x;
                score(x, keys, values, q + query * ROW, up + query * ROW);
                u32 right_v[INNER][4], right_k[INNER][4];
                load_right(right_v, up + query * ROW);
                load_right(right_k, q + query * ROW);
#pragma unroll
                for (int i = 0; i < 4; i++)
                {
                    log[i] = denominator[query + (i >> 1) * 8 + t2 + (i & 1)];
                    less[i] = delta[query + (i >> 1) * 8 + t2 + (i & 1)];
                }
                if (query == first) normalise<true, false>(x, log, less, factor, 0);
                else normalise<false, false>(x, log, less, factor, 0);
                pack_left(p[0], x.scores[0][0], x.scores[0][1]);
                pack_left(ds[0], x.gradients[0][0], x.gradients[0][1]);
                gather(dv, p, right_v);
                gather(dk, ds, right_k);
            }
            turn_back(dk[0], table, first, length);
            stage_tile(mine, dk[0], scale, scale);
            stage_tile(mine + 16 * ROW, dv[0], 1.f, 1.f);
            write_rows<16>(to + width, mine, stride, first, length);
            write_rows<16>(to + 2 * width, mine + 16 * ROW, stride, first, length);
        }
        return;
    }
#pragma unroll 1
    for (int turn = warp - WARPS; turn < TURNS<2>; turn += WARPS)
    {
        const int first = first_row<2>(turn, length);
        if (first < 0) continue;
        u32 queries[2][INNER][4], above[2][INNER][4], ds[2][4];
        load_left(queries, q + first * ROW);
        load_left(above, up + first * ROW);
        float dq[2][TILES][4] = {};
#pragma unroll
        for (int i = 0; i < 4; i++)
        {
            log[i] = denominator[first + 8 * i + g];
            less[i] = delta[first + 8 * i + g];
        }
#pragma unroll 1
        for (int key = 0; key < first + 32; key += 16)
        {
            Products<2> x;
            score(x, queries, above, k + key * ROW, v + key * ROW);
            u32 right[INNER][4];
            load_right(right, k + key * ROW);
            if (key >= first) normalise<true, true>(x, log, less, factor, key - first);
            else normalise<false, true>(x, log, less, factor, 0);
#pragma unroll
            for (int m = 0; m < 2; m++) pack_left(ds[m], x.gradients[m][0], x.gradients[m][1]);
            gather(dq, ds, right);
        }
#pragma unroll
        for (int m = 0; m < 2; m++)
        {
            turn_back(dq[m], table, first + 16 * m, length);
            stage_tile(mine + 16 * m * ROW, dq[m], scale, scale);
        }
        write_rows<32>(to, mine, stride, first, length);
    }
}
#endif
