// Causal softmax attention over sequences so short that a head's keys and values lie in shared memory at once, from packed projections [B, L, 3, H, WIDTH] whose queries
// and keys are turned on the way (ROTATE 1; ADJACENT as in rotary.cu). Forward keeps log2 of the softmax's denominators; backward recomputes the probabilities, once for
// the gradients of keys and values and once for those of queries, so nothing is added across warps and results repeat bit for bit. bfloat16, WIDTH 16 or 32.
// ROWS is the length rounded up to whole groups; warps take groups of rows from both ends, so that each has about the same share of the triangle.
#include "tensor_core.cuh"
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
    const int batch = blockIdx.x / heads, head = blockIdx.x % heads, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
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
        float sum[MANY][TILES][4] = {}, largest[MANY][2], total[MANY][2] = {};
#pragma unroll
        for (int m = 0; m < MANY; m++) largest[m][0] = largest[m][1] = -1e30f;
#pragma unroll 1
        for (int key = 0; key < first + GROUP; key += STEP)
        {
            float s[MANY][4][4] = {};
#pragma unroll
            for (int inner = 0; inner < INNER; inner++)
#pragma unroll
                for (int half = 0; half < 2; half++)
                {
                    u32 b[4];
                    load_matrices(b, columns_first(k + (key + 16 * half) * ROW) + inner * 16);
#pragma unroll
                    for (int m = 0; m < MANY; m++)
                    {
                        multiply(s[m][2 * half], left[m][inner], b[0], b[1]);
                        multiply(s[m][2 * half + 1], left[m][inner], b[2], b[3]);
                    }
                }
            if (key + STEP > first)
#pragma unroll
                for (int m = 0; m < MANY; m++)
#pragma unroll
                    for (int tile = 0; tile < 4; tile++)
#pragma unroll
                        for (int i = 0; i < 4; i++)
                            if (key + tile * 8 + t2 + (i & 1) > first + 16 * m + g + (i & 2) * 4) s[m][tile][i] = -1e30f;
            u32 p[MANY][2][4];
#pragma unroll
            for (int m = 0; m < MANY; m++)
            {
#pragma unroll
                for (int half = 0; half < 2; half++)
                {
                    float top = -1e30f;
#pragma unroll
                    for (int tile = 0; tile < 4; tile++) top = fmaxf(top, fmaxf(s[m][tile][2 * half], s[m][tile][2 * half + 1]));
                    top = fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 1));
                    top = fmaxf(top, __shfl_xor_sync(0xffffffffu, top, 2));
                    top = fmaxf(top * factor, largest[m][half]);
                    const float shrink = power_of_two(largest[m][half] - top);
                    largest[m][half] = top;
                    float added = 0.f;
#pragma unroll
                    for (int tile = 0; tile < 4; tile++)
#pragma unroll
                        for (int i = 2 * half; i < 2 * half + 2; i++) added += s[m][tile][i] = power_of_two(s[m][tile][i] * factor - top);
                    total[m][half] = total[m][half] * shrink + added;
#pragma unroll
                    for (int tile = 0; tile < TILES; tile++)
                    {
                        sum[m][tile][2 * half] *= shrink;
                        sum[m][tile][2 * half + 1] *= shrink;
                    }
                }
                pack_left(p[m][0], s[m][0], s[m][1]);
                pack_left(p[m][1], s[m][2], s[m][3]);
            }
#pragma unroll
            for (int half = 0; half < 2; half++)
#pragma unroll
                for (int column = 0; column < INNER; column++)
                {
                    u32 b[4];
                    load_matrices_transposed(b, rows_first(v + (key + 16 * half) * ROW) + column * 16);
#pragma unroll
                    for (int m = 0; m < MANY; m++)
                    {
                        multiply(sum[m][2 * column], p[m][half], b[0], b[1]);
                        multiply(sum[m][2 * column + 1], p[m][half], b[2], b[3]);
                    }
                }
        }
#pragma unroll
        for (int m = 0; m < MANY; m++)
        {
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                total[m][half] += __shfl_xor_sync(0xffffffffu, total[m][half], 1);
                total[m][half] += __shfl_xor_sync(0xffffffffu, total[m][half], 2);
                if (lane % 4 == 0) denominators[(long long)blockIdx.x * ROWS + first + 16 * m + g + 8 * half] = largest[m][half] + log2f(total[m][half]);
            }
            stage_tile(q + (first + 16 * m) * ROW, sum[m], 1.f / total[m][0], 1.f / total[m][1]); // only this warp read these queries
        }
        write_rows<GROUP>(o + (long long)batch * length * width + head * WIDTH, q + first * ROW, width, first, length);
    }
}
#else
// Warps for either half of the work: keys and values in groups of 16 rows, queries, which need fewer registers, in groups of 32.
constexpr int WARPS = ROWS >= 256 ? 4 : (ROWS + 63) / 64, THREADS = 2 * 32 * WARPS;

template <int MANY> struct Products { float scores[MANY][2][4], gradients[MANY][2][4]; };

// The group of 16 MANY rows that a warp takes in its turn, from both ends so that each warp has about the same share of the triangle; -1 for none.
template <int MANY> __device__ __forceinline__ int first_row(int turn, int length)
{
    constexpr int GROUPS = ROWS / (16 * MANY), PAIRED = (GROUPS + 1) / 2;
    const int group = turn < PAIRED ? turn : GROUPS - 1 - (turn - PAIRED), first = group * 16 * MANY;
    return (turn >= PAIRED && group < PAIRED) || first >= length ? -1 : first;
}

template <int MANY> constexpr int TURNS = (ROWS / (16 * MANY) + 1) / 2 * 2;

// Probabilities' logits and their gradients for 16 columns: left operands in registers, right operands [column][inner].
template <int MANY> __device__ __forceinline__ void score(Products<MANY>& out, const u32 (&a)[MANY][INNER][4], const u32 (&b)[MANY][INNER][4], const u16* right_a, const u16* right_b)
{
    out = {};
#pragma unroll
    for (int inner = 0; inner < INNER; inner++)
    {
        u32 x[4], y[4];
        load_matrices(x, columns_first(right_a) + inner * 16);
        load_matrices(y, columns_first(right_b) + inner * 16);
#pragma unroll
        for (int m = 0; m < MANY; m++)
        {
            multiply(out.scores[m][0], a[m][inner], x[0], x[1]);
            multiply(out.scores[m][1], a[m][inner], x[2], x[3]);
            multiply(out.gradients[m][0], b[m][inner], y[0], y[1]);
            multiply(out.gradients[m][1], b[m][inner], y[2], y[3]);
        }
    }
}

// Right operands of `gather`, read ahead of it.
__device__ __forceinline__ void load_right(u32 (&right)[INNER][4], const u16* rows)
{
#pragma unroll
    for (int column = 0; column < INNER; column++) load_matrices_transposed(right[column], rows_first(rows) + column * 16);
}

// sum += left · rows [16][WIDTH].
template <int MANY> __device__ __forceinline__ void gather(float (&sum)[MANY][TILES][4], const u32 (&left)[MANY][4], const u32 (&right)[INNER][4])
{
#pragma unroll
    for (int column = 0; column < INNER; column++)
#pragma unroll
        for (int m = 0; m < MANY; m++)
        {
            multiply(sum[m][2 * column], left[m], right[column][0], right[column][1]);
            multiply(sum[m][2 * column + 1], left[m], right[column][2], right[column][3]);
        }
}

template <int MANY> __device__ __forceinline__ void load_left(u32 (&left)[MANY][INNER][4], const u16* rows)
{
#pragma unroll
    for (int m = 0; m < MANY; m++)
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) load_matrices(left[m][inner], rows_first(rows + 16 * m * ROW) + inner * 16);
}

// Probabilities and the gradients of their logits in place of logits and gradients of probabilities: log2 of denominators and dy . y by row or by column.
// MASKED zeroes what lies above the diagonal: `ahead` is column minus row of the first element.
template <bool MASKED, bool BY_ROW, int MANY> __device__ __forceinline__ void normalise(Products<MANY>& x, const float (&log)[4], const float (&less)[4], float factor, int ahead)
{
    const int g = threadIdx.x % 32 / 4, t2 = threadIdx.x % 4 * 2;
#pragma unroll
    for (int m = 0; m < MANY; m++)
#pragma unroll
        for (int tile = 0; tile < 2; tile++)
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                const int at = BY_ROW ? 2 * m + (i >> 1) : 2 * tile + (i & 1);
                float probability = power_of_two(x.scores[m][tile][i] * factor - log[at]);
                const int above = ahead + tile * 8 + t2 + (i & 1) - (16 * m + g + (i & 2) * 4);
                if (MASKED && (BY_ROW ? above > 0 : above < 0)) probability = 0.f;
                x.scores[m][tile][i] = probability;
                x.gradients[m][tile][i] = probability * (x.gradients[m][tile][i] - less[at]);
            }
}

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
