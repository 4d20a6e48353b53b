// chunk_prepare for recurrences with a decay for each key channel, one block for a chunk of one value head (runs of chunks as there):
//   Q~ = e^G . Q, K~ = e^G . K, K^ = e^(G_C - G) . K, A = scale tril P(Q, K), Z = (I + stril P(K, K) diag(beta))^-1, P(X, Y)[r][i] = sum_d X[r][d] Y[i][d] e^(G_rd - G_id).
// Such a decay cannot be applied to a finished product, and taken apart into e^(G_r) e^(-G_i) it overflows. So tokens meet at a boundary between them: blocks of
// 1, 2, 4, 8, 16 and 32 tokens form pairs, in which the later block's rows hold the decay since the boundary and the earlier one's columns the decay until it. Every two
// tokens are on both sides of exactly one boundary. All factors are products of e^g <= 1, so nothing overflows and no two large sums are subtracted.
// A thread keeps two channels of 16 tokens in registers, scales them for one level at a time, and tensor cores take the products a level behind.
#include "tensor_core.cuh"
#include "chunk_tiles.cuh"
#include "chunk_inverse.cuh"

constexpr int PAIRS = DK / 2;           // threads of each 16 tokens
constexpr int THREADS = 4 * PAIRS > 256 ? 4 * PAIRS : 256;
constexpr int LEVEL = 2 * TILE;         // keys and queries scaled for one level, two levels in turn
constexpr int L_AT = 4 * TILE, INVERSE = CHUNK * INVERSE_ROW * 2;
constexpr int A_AT = L_AT + DELTA * INVERSE, X_AT = A_AT + MATRIX;
constexpr bool SHARES = TILE >= INVERSE;        // the inverse takes the place of scaled queries where it fits

struct Channels
{
    u32 key[16], query[16];
    float2 decay[16];                   // e^g
};

// COUNT tokens from FIRST on as rows: decayed since the boundary before them, of which `factor` lies before the first.
template <int FIRST, int COUNT, bool KEYS> __device__ __forceinline__ void scale_rows(const Channels& own, float2 factor, u16* keys, u16* queries)
{
#pragma unroll
    for (int t = FIRST; t < FIRST + COUNT; t++)
    {
        factor = both(factor, own.decay[t]);
        if constexpr (KEYS) *reinterpret_cast<u32*>(keys + t * KEY_ROW) = scaled(own.key[t], factor);
        *reinterpret_cast<u32*>(queries + t * KEY_ROW) = scaled(own.query[t], factor);
    }
}

// As columns: decayed until the boundary after them.
template <int FIRST, int COUNT> __device__ __forceinline__ void scale_columns(const Channels& own, float2 factor, u16* keys)
{
#pragma unroll
    for (int t = FIRST + COUNT - 1; t >= FIRST; t--)
    {
        *reinterpret_cast<u32*>(keys + t * KEY_ROW) = scaled(own.key[t], factor);
        factor = both(factor, own.decay[t]);
    }
}

template <int BLOCK, int FIRST = 0> __device__ __forceinline__ void scale_blocks(const Channels& own, u16* keys, u16* queries)
{
    if constexpr (FIRST < 16)
    {
        const float2 one = make_float2(1.f, 1.f);
        scale_columns<FIRST, BLOCK>(own, one, keys);
        scale_rows<FIRST + BLOCK, BLOCK, DELTA>(own, one, keys, queries);
        scale_blocks<BLOCK, FIRST + 2 * BLOCK>(own, keys, queries);
    }
}

// sum = 16 rows times 16 TILES columns.
template <int TILES> __device__ __forceinline__ void multiply_rows(float (&sum)[2 * TILES][4], const u16* left, const u16* right)
{
#pragma unroll
    for (int tile = 0; tile < 2 * TILES; tile++)
#pragma unroll
        for (int i = 0; i < 4; i++) sum[tile][i] = 0.f;
    left = rows_first(left, KEY_ROW);
    right = columns_first(right, KEY_ROW);
#pragma unroll 2
    for (int inner = 0; inner < DK; inner += 16)
    {
        u32 rows[4], b[TILES][4];
        load_matrices(rows, left + inner);
#pragma unroll
        for (int tile = 0; tile < TILES; tile++) load_matrices(b[tile], right + tile * 16 * KEY_ROW + inner);
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
        {
            multiply(sum[2 * tile], rows, b[tile][0], b[tile][1]);
            multiply(sum[2 * tile + 1], rows, b[tile][2], b[tile][3]);
        }
    }
}

// q, k [B, L, H, KEY_WIDTH] with q_row, k_row elements between tokens; g [B, L, HV, KEY_WIDTH], beta (absent: the plain recurrences) [B, L, HV] float32
// -> query_tiles (Q~), key_tiles (K~, delta rule only), kept_tiles (K^) [B HV, chunks, 64, KEY_ROW] bfloat16; z, a as of chunk_prepare; factors [B HV, chunks, FACTORS].
extern "C" __global__ void __launch_bounds__(THREADS, DK <= 128 ? 2 : 1) chunk_prepare_channels(
    const u16* __restrict__ q, const u16* __restrict__ k, const float* __restrict__ g, const float* __restrict__ beta,
    u16* __restrict__ key_tiles, u16* __restrict__ kept_tiles, u16* __restrict__ query_tiles, u16* __restrict__ z, u16* __restrict__ a, float* __restrict__ factors,
    long long q_row, long long k_row, int length, int chunks, int first_chunk, int run, int heads, int value_heads, float scale)
{
    DYNAMIC_SHARED shared[];
    __shared__ float totals[4 * DK], betas[CHUNK];
    u16* levels = reinterpret_cast<u16*>(shared);
    float* l = reinterpret_cast<float*>(levels + L_AT);
    u16* a_out = levels + A_AT;
    float* x = reinterpret_cast<float*>(levels + (SHARES ? TILE : X_AT));
    u16* z_out = levels + L_AT;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, row_in_tile = lane / 4, pair = lane % 4 * 2;
    const int row_tile = warp % 4;
    const bool of_queries = warp >= 4, multiplies = warp < 8 && (DELTA || of_queries);
    const int chunk = first_chunk + blockIdx.x % run, batch_head = blockIdx.x / run, batch = batch_head / value_heads, value_head = batch_head % value_heads;
    const int head = value_head / (value_heads / heads), first = chunk * CHUNK, valid = min(CHUNK, length - first);
    const long long first_token = (long long)batch * length + first, here = (long long)batch_head * chunks + chunk;

    start_dependents();
    clear_shared<THREADS>(reinterpret_cast<unsigned char*>(a_out), MATRIX * 2);     // tiles above the diagonal stay so
    // This thread's part of the elementwise work: 16 tokens, two channels.
    const int tile = threadIdx.x / PAIRS, channel = threadIdx.x % PAIRS * 2, at = tile * 16 * KEY_ROW + channel;
    const bool scales = threadIdx.x < 4 * PAIRS;
    Channels own;
    float2 total = make_float2(1.f, 1.f);
#pragma unroll
    for (int t = 0; t < 16; t++)
    {
        const int token = tile * 16 + t;
        const bool there = scales && token < valid && channel < KEY_WIDTH;
        own.key[t] = there ? *reinterpret_cast<const u32*>(k + (first_token + token) * k_row + head * KEY_WIDTH + channel) : 0u;
        own.query[t] = there ? *reinterpret_cast<const u32*>(q + (first_token + token) * q_row + head * KEY_WIDTH + channel) : 0u;
        own.decay[t] = there ? *reinterpret_cast<const float2*>(g + ((first_token + token) * value_heads + value_head) * KEY_WIDTH + channel) : make_float2(0.f, 0.f);
    }
    if (threadIdx.x < CHUNK)
    {
        const float strength = threadIdx.x < valid ? (beta ? beta[(first_token + threadIdx.x) * value_heads + value_head] : 1.f) : 0.f;
        betas[threadIdx.x] = strength;
        factors[here * FACTORS + threadIdx.x] = strength;
    }
#pragma unroll
    for (int t = 0; t < 16; t++)
    {
        own.decay[t] = make_float2(power_of_two(own.decay[t].x * LOG2_E), power_of_two(own.decay[t].y * LOG2_E));
        total = both(total, own.decay[t]);
    }
    if (scales)
    {
        *reinterpret_cast<float2*>(totals + tile * DK + channel) = total;
#pragma unroll
        for (int t = 0; t < 16; t++)
        {
            *reinterpret_cast<u32*>(levels + at + t * KEY_ROW) = own.key[t];
            *reinterpret_cast<u32*>(levels + TILE + at + t * KEY_ROW) = own.query[t];
        }
    }
    auto total_of = [&](int other) { return *reinterpret_cast<const float2*>(totals + other * DK + channel); };

    // The 16 x 16 tile on the diagonal: each level below 16 gives the entries whose tokens lie in the two blocks of a pair; level 0 is the diagonal itself, without decay.
    float diagonal[2][4] = {};
    auto take = [&](const u16* level, int block)
    {
        if (!multiplies || (block == 0 && !of_queries)) return;
        float sum[2][4];
        multiply_rows<1>(sum, level + (of_queries ? TILE : 0) + row_tile * 16 * KEY_ROW, level + row_tile * 16 * KEY_ROW);
#pragma unroll
        for (int half = 0; half < 2; half++)
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                const int row = row_in_tile + (i >> 1) * 8, column = half * 8 + pair + (i & 1);
                if (block == 0 ? row == column : (row & block) && (row ^ column) < 2 * block && !(column & block)) diagonal[half][i] = sum[half][i];
            }
    };
    auto put = [&](float low, float high, int row, int column)
    {
        if (of_queries) *reinterpret_cast<u32*>(a_out + row * CHUNK_ROW + column) = floats_to_bf16x2(scale * low, scale * high);
        else *reinterpret_cast<float2*>(l + row * INVERSE_ROW + column) = make_float2(low * betas[column], high * betas[column + 1]);
    };
    auto put_tiles = [&](auto& sum, int tiles, int column_tile)
    {
#pragma unroll
        for (int i = 0; i < 2 * tiles; i++)
#pragma unroll
            for (int half = 0; half < 2; half++)
                put(sum[i][2 * half], sum[i][2 * half + 1], row_tile * 16 + half * 8 + row_in_tile, column_tile * 16 + i * 8 + pair);
    };

    u16 *even = levels, *odd = levels + LEVEL;
    __syncthreads();
    if (scales) scale_blocks<1>(own, odd + at, odd + TILE + at);
    take(even, 0);
    __syncthreads();
    if (scales) scale_blocks<2>(own, even + at, even + TILE + at);
    take(odd, 1);
    __syncthreads();
    if (scales) scale_blocks<4>(own, odd + at, odd + TILE + at);
    take(even, 2);
    __syncthreads();
    if (scales) scale_blocks<8>(own, even + at, even + TILE + at);
    take(odd, 4);
    __syncthreads();
    if (scales)
    {
        const float2 one = make_float2(1.f, 1.f);
        if (tile & 1) scale_rows<0, 16, DELTA>(own, one, odd + at, odd + TILE + at);
        else scale_columns<0, 16>(own, one, odd + at);
    }
    take(even, 8);
    if (multiplies) put_tiles(diagonal, 1, row_tile);
    __syncthreads();
    if (scales)
    {
        const float2 one = make_float2(1.f, 1.f);
        if (tile >= 2) scale_rows<0, 16, DELTA>(own, tile == 3 ? total_of(2) : one, even + at, even + TILE + at);
        else scale_columns<0, 16>(own, tile == 0 ? total_of(1) : one, even + at);
    }
    if (multiplies && (row_tile & 1))
    {
        float sum[2][4];
        multiply_rows<1>(sum, odd + (of_queries ? TILE : 0) + row_tile * 16 * KEY_ROW, odd + (row_tile - 1) * 16 * KEY_ROW);
        put_tiles(sum, 1, row_tile - 1);
    }
    __syncthreads();
    if (scales)
    {
        float2 before = make_float2(1.f, 1.f);
        for (int other = 0; other < tile; other++) before = both(before, total_of(other));
        scale_rows<0, 16, DELTA>(own, before, odd + at, odd + TILE + at);
        if (tile == 3)
        {
            const float2 whole = both(before, total);
            *reinterpret_cast<float2*>(factors + here * FACTORS + CHUNK + channel) = whole;
        }
    }
    if (multiplies && row_tile >= 2)
    {
        float sum[4][4];
        multiply_rows<2>(sum, even + (of_queries ? TILE : 0) + row_tile * 16 * KEY_ROW, even);
        put_tiles(sum, 2, 0);
    }
    publish_stores();
    __syncthreads();
    if constexpr (DELTA) store_block<THREADS>(key_tiles + here * TILE, odd, TILE * 2, threadIdx.x);
    store_block<THREADS>(query_tiles + here * TILE, odd + TILE, TILE * 2, threadIdx.x);
    store_block<THREADS>(a + here * MATRIX, a_out, MATRIX * 2, threadIdx.x);
    if (scales)
    {
        float2 after = make_float2(1.f, 1.f);
        for (int other = tile + 1; other < 4; other++) after = both(after, total_of(other));
        scale_columns<0, 16>(own, after, even + at);
    }
#if DELTA
    if (warp < 4) invert_diagonal(l, x, warp, lane);
    publish_stores();
    __syncthreads();
    store_block<THREADS>(kept_tiles + here * TILE, even, TILE * 2, threadIdx.x);
    if (warp < 4) join_16(l, x, warp, lane);
    __syncthreads();
    if (warp < 8) join_32(l, x, warp, lane);
    __syncthreads();
    round_inverse<THREADS>(x, z_out);
    publish_stores();
    __syncthreads();
    store_block<THREADS>(z + here * MATRIX, z_out, MATRIX * 2, threadIdx.x);
#else
    publish_stores();
    __syncthreads();
    store_block<THREADS>(kept_tiles + here * TILE, even, TILE * 2, threadIdx.x);
#endif
    wait_stores();
    if (blockIdx.x == gridDim.x - 1) wait_for_producers();      // the kernel that this one ran beside ends before it
}
