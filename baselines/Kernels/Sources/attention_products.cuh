// What kernels of softmax attention over tiles in shared memory share, whose rows are WIDTH elements and a gap: the step of the forward pass, the products of the backward pass,
// staging and writing rows.
constexpr int ROW = WIDTH + 8, INNER = WIDTH / 16, TILES = WIDTH / 8;

__device__ __forceinline__ const u16* rows_first(const u16* tile) { return rows_first(tile, ROW); }

__device__ __forceinline__ const u16* columns_first(const u16* tile) { return columns_first(tile, ROW); }

__device__ __forceinline__ float dot(const Words& a, const Words& b)
{
    float sum = 0.f;
#pragma unroll
    for (int w = 0; w < 4; w++)
        sum += bf16_to_float(a.w[w]) * bf16_to_float(b.w[w]) + __uint_as_float(a.w[w] & 0xffff0000u) * __uint_as_float(b.w[w] & 0xffff0000u);
    return sum;
}

// Sums of 16 rows as bfloat16 into shared memory.
__device__ __forceinline__ void stage_tile(u16* to, const float (&sum)[TILES][4], float low, float high)
{
    const int lane = threadIdx.x % 32;
    u16* at = to + lane / 4 * ROW + lane % 4 * 2;
#pragma unroll
    for (int tile = 0; tile < TILES; tile++)
    {
        *reinterpret_cast<u32*>(at + tile * 8) = floats_to_bf16x2(sum[tile][0] * low, sum[tile][1] * low);
        *reinterpret_cast<u32*>(at + 8 * ROW + tile * 8) = floats_to_bf16x2(sum[tile][2] * high, sum[tile][3] * high);
    }
}

// COUNT staged rows of this warp to global memory, by 16 bytes.
template <int COUNT> __device__ __forceinline__ void write_rows(u16* to, const u16* from, long long stride, int first, int length)
{
    __syncwarp();
#pragma unroll
    for (int i = threadIdx.x % 32; i < COUNT * TILES; i += 32)
    {
        const int row = i / TILES, pack = i % TILES * 8;
        if (first + row < length) *reinterpret_cast<Words*>(to + (first + row) * stride + pack) = *reinterpret_cast<const Words*>(from + row * ROW + pack);
    }
    __syncwarp();
}

// 16 MANY rows on their way through the keys: weighted values, and for the thread's rows the largest logit so far in base 2 and the sum of probabilities against it.
template <int MANY> struct Softmax { float sum[MANY][TILES][4], largest[MANY][2], total[MANY][2]; };

template <int MANY> __device__ __forceinline__ void begin(Softmax<MANY>& out)
{
    out = {};
#pragma unroll
    for (int m = 0; m < MANY; m++) out.largest[m][0] = out.largest[m][1] = -1e30f;
}

// 32 keys and values more (Dao 2023, "FlashAttention-2"). What lies above the diagonal counts nothing: `ahead` is the position of the first key less that of the first row.
template <int MANY> __device__ __forceinline__ void attend(Softmax<MANY>& out, const u32 (&left)[MANY][INNER][4], const u16* k, const u16* v, float factor, int ahead)
{
    const int g = threadIdx.x % 32 / 4, t2 = threadIdx.x % 4 * 2;
    float s[MANY][4][4] = {};
#pragma unroll
    for (int inner = 0; inner < INNER; inner++)
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            u32 b[4];
            load_matrices(b, columns_first(k + 16 * half * ROW) + inner * 16);
#pragma unroll
            for (int m = 0; m < MANY; m++)
            {
                multiply(s[m][2 * half], left[m][inner], b[0], b[1]);
                multiply(s[m][2 * half + 1], left[m][inner], b[2], b[3]);
            }
        }
    if (ahead > -32)
#pragma unroll
        for (int m = 0; m < MANY; m++)
#pragma unroll
            for (int tile = 0; tile < 4; tile++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                    if (ahead + tile * 8 + t2 + (i & 1) > 16 * m + g + (i & 2) * 4) s[m][tile][i] = -1e30f;
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
            top = fmaxf(top * factor, out.largest[m][half]);
            const float shrink = power_of_two(out.largest[m][half] - top);
            out.largest[m][half] = top;
            float added = 0.f;
#pragma unroll
            for (int tile = 0; tile < 4; tile++)
#pragma unroll
                for (int i = 2 * half; i < 2 * half + 2; i++) added += s[m][tile][i] = power_of_two(s[m][tile][i] * factor - top);
            out.total[m][half] = out.total[m][half] * shrink + added;
#pragma unroll
            for (int tile = 0; tile < TILES; tile++)
            {
                out.sum[m][tile][2 * half] *= shrink;
                out.sum[m][tile][2 * half + 1] *= shrink;
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
            load_matrices_transposed(b, rows_first(v + 16 * half * ROW) + column * 16);
#pragma unroll
            for (int m = 0; m < MANY; m++)
            {
                multiply(out.sum[m][2 * column], p[m][half], b[0], b[1]);
                multiply(out.sum[m][2 * column + 1], p[m][half], b[2], b[3]);
            }
        }
}

// log2 of the denominators of the thread's rows.
template <int MANY> __device__ __forceinline__ void finish(Softmax<MANY>& out, float (&denominators)[MANY][2])
{
#pragma unroll
    for (int m = 0; m < MANY; m++)
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            out.total[m][half] += __shfl_xor_sync(0xffffffffu, out.total[m][half], 1);
            out.total[m][half] += __shfl_xor_sync(0xffffffffu, out.total[m][half], 2);
            denominators[m][half] = out.largest[m][half] + log2f(out.total[m][half]);
        }
}

template <int MANY> struct Products { float scores[MANY][2][4], gradients[MANY][2][4]; };

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
