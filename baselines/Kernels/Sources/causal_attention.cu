// Causal softmax attention for training, as in Dao 2023 ("FlashAttention-2") but so that results repeat bit for bit: keys and values get their gradients from blocks
// that walk the queries, queries theirs from blocks that walk the keys, and nothing is added across blocks. Forward keeps log2 of the softmax's denominators, backward recomputes
// the probabilities twice. bfloat16 with float32 sums (sm_80 and later); WIDTH 16 to 128. FORWARD 1; QUERIES 1: the gradients of queries; neither: those of keys and values.
// Rows of denominators and of dy . y are as long as whole blocks of 128 tokens; 1e30 and 0 beyond the last token make what is there count nothing.
#include "tensor_core.cuh"
#include "attention_products.cuh"

constexpr int WARPS = 4, THREADS = 32 * WARPS, TILE = 64, PIECES = WIDTH / 8;
constexpr int STAGE = 2 * TILE * ROW;                                              // elements: two tiles
#if FORWARD || QUERIES
constexpr int MANY = WIDTH > 64 && QUERIES ? 1 : 2, ROWS = 16 * MANY * WARPS;      // queries of a block
#endif

// This block's head of x [B, L, H, WIDTH], whose tokens lie x_token apart.
__device__ __forceinline__ const u16* head_of(const u16* x, long long x_batch, long long x_head, int heads)
{
    return x + blockIdx.x / heads * x_batch + blockIdx.x % heads * x_head;
}

// COUNT tokens from `first` on into rows of shared memory, zeros from `length` on.
template <int COUNT> __device__ __forceinline__ void load_tokens(u16* to, const u16* from, long long stride, int first, int length)
{
#pragma unroll
    for (int i = threadIdx.x; i < COUNT * PIECES; i += THREADS)
    {
        const int row = i / PIECES, piece = i % PIECES * 8;
        const bool live = first + row < length;
        copy_async(to + row * ROW + piece, live ? from + (first + row) * stride + piece : from, live);
    }
}

// Tile number `tile` of two tensors into a stage.
__device__ __forceinline__ void load_tiles(u16* stage, const u16* a, long long a_token, const u16* b, long long b_token, int tile, int length)
{
    load_tokens<TILE>(stage, a, a_token, tile * TILE, length);
    load_tokens<TILE>(stage + TILE * ROW, b, b_token, tile * TILE, length);
}

#if FORWARD
// grid: (B · H, blocks of ROWS queries). o [B, L, H, WIDTH]; denominators [B · H, padded].
extern "C" __global__ void __launch_bounds__(THREADS) causal_attention_forward(
    const u16* __restrict__ q, const u16* __restrict__ k, const u16* __restrict__ v, u16* __restrict__ o, float* __restrict__ denominators,
    long long q_batch, long long q_token, long long q_head, long long k_batch, long long k_token, long long k_head, long long v_batch, long long v_token, long long v_head,
    int length, int heads, int padded, float factor)
{
    DYNAMIC_SHARED shared[];
    u16* stages = reinterpret_cast<u16*>(shared);
    const int block = (gridDim.y - 1 - blockIdx.y) * ROWS, warp = threadIdx.x / 32, first = block + warp * 16 * MANY, lane = threadIdx.x % 32; // the longest first
    q = head_of(q, q_batch, q_head, heads);
    k = head_of(k, k_batch, k_head, heads);
    v = head_of(v, v_batch, v_head, heads);
    const int tiles = (min(block + ROWS, length) + TILE - 1) / TILE;
    const auto load = [&](int tile)
    {
        load_tiles(stages + tile % 2 * STAGE, k, k_token, v, v_token, tile, length);
        commit_copies();
    };
    load_tokens<ROWS>(stages + STAGE, q, q_token, block, length);
    commit_copies();
    load(0);
    wait_copies<1>();
    __syncthreads();
    u32 left[MANY][INNER][4];
    load_left(left, stages + STAGE + warp * 16 * MANY * ROW);
    Softmax<MANY> out;
    begin(out);
#pragma unroll 1
    for (int tile = 0; tile < tiles; tile++)
    {
        wait_copies<0>();
        __syncthreads();                                                           // this tile is there, and the one before is used up
        if (tile + 1 < tiles) load(tile + 1);
        const u16* stage = stages + tile % 2 * STAGE;
#pragma unroll 1
        for (int key = 0; key < TILE; key += 32)
            if (tile * TILE + key < first + 16 * MANY) attend(out, left, stage + key * ROW, stage + (TILE + key) * ROW, factor, tile * TILE + key - first);
    }
    float log[MANY][2];
    finish(out, log);
    __syncthreads();
    u16* mine = stages + warp * 16 * MANY * ROW;
#pragma unroll
    for (int m = 0; m < MANY; m++)
    {
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            const int row = first + 16 * m + lane / 4 + 8 * half;
            if (lane % 4 == 0) denominators[(long long)blockIdx.x * padded + row] = row < length ? log[m][half] : 1e30f;
        }
        stage_tile(mine + 16 * m * ROW, out.sum[m], 1.f / out.total[m][0], 1.f / out.total[m][1]);
    }
    const long long width = (long long)heads * WIDTH;
    write_rows<16 * MANY>(o + blockIdx.x / heads * length * width + blockIdx.x % heads * WIDTH, mine, width, first, length);
}
#elif QUERIES
// grid: (B · H, blocks of ROWS queries). dq [B, L, H, WIDTH]; delta [B · H, padded] gets dy . y of every row.
extern "C" __global__ void __launch_bounds__(THREADS) causal_attention_queries(
    const u16* __restrict__ q, const u16* __restrict__ k, const u16* __restrict__ v, const u16* __restrict__ o, const u16* __restrict__ dout, const float* __restrict__ denominators,
    float* __restrict__ delta, u16* __restrict__ dq,
    long long q_batch, long long q_token, long long q_head, long long k_batch, long long k_token, long long k_head,
    long long v_batch, long long v_token, long long v_head, long long up_batch, long long up_token, long long up_head, int length, int heads, int padded, float factor, float scale)
{
    DYNAMIC_SHARED shared[];
    u16* stages = reinterpret_cast<u16*>(shared);
    __shared__ float deltas[ROWS];
    const int block = (gridDim.y - 1 - blockIdx.y) * ROWS, warp = threadIdx.x / 32, first = block + warp * 16 * MANY, g = threadIdx.x % 32 / 4;
    const long long width = (long long)heads * WIDTH, at = blockIdx.x / heads * length * width + blockIdx.x % heads * WIDTH, row_at = (long long)blockIdx.x * padded;
    q = head_of(q, q_batch, q_head, heads);
    k = head_of(k, k_batch, k_head, heads);
    v = head_of(v, v_batch, v_head, heads);
    dout = head_of(dout, up_batch, up_head, heads);
    load_tokens<ROWS>(stages, q, q_token, block, length);
    load_tokens<ROWS>(stages + STAGE, dout, up_token, block, length);
    commit_copies();
    for (int i = threadIdx.x; i < ROWS * PIECES; i += THREADS)
    {
        const int row = block + i / PIECES, piece = i % PIECES * 8;
        float sum = 0.f;
        if (row < length) sum = dot(*reinterpret_cast<const Words*>(dout + row * up_token + piece), *reinterpret_cast<const Words*>(o + at + row * width + piece));
        sum = lanes_sum<PIECES>(sum);
        if (piece == 0) delta[row_at + row] = deltas[i / PIECES] = sum;
    }
    wait_copies<0>();
    __syncthreads();
    u32 queries[MANY][INNER][4], above[MANY][INNER][4], ds[MANY][4];
    load_left(queries, stages + warp * 16 * MANY * ROW);
    load_left(above, stages + STAGE + warp * 16 * MANY * ROW);
    float dq_sum[MANY][TILES][4] = {}, log[4] = {}, less[4] = {};
#pragma unroll
    for (int i = 0; i < 2 * MANY; i++)
    {
        log[i] = denominators[row_at + first + 8 * i + g];
        less[i] = deltas[warp * 16 * MANY + 8 * i + g];
    }
    __syncthreads();
    const int tiles = (min(block + ROWS, length) + TILE - 1) / TILE;
    const auto load = [&](int tile)
    {
        load_tiles(stages + tile % 2 * STAGE, k, k_token, v, v_token, tile, length);
        commit_copies();
    };
    load(0);
#pragma unroll 1
    for (int tile = 0; tile < tiles; tile++)
    {
        wait_copies<0>();
        __syncthreads();
        if (tile + 1 < tiles) load(tile + 1);
        const u16* stage = stages + tile % 2 * STAGE;
#pragma unroll 1
        for (int key = 0; key < TILE; key += 16)
        {
            const int ahead = tile * TILE + key - first;
            if (ahead >= 16 * MANY) break;
            Products<MANY> x;
            score(x, queries, above, stage + key * ROW, stage + (TILE + key) * ROW);
            u32 right[INNER][4];
            load_right(right, stage + key * ROW);
            if (ahead >= 0) normalise<true, true>(x, log, less, factor, ahead);
            else normalise<false, true>(x, log, less, factor, 0);
#pragma unroll
            for (int m = 0; m < MANY; m++) pack_left(ds[m], x.gradients[m][0], x.gradients[m][1]);
            gather(dq_sum, ds, right);
        }
    }
    __syncthreads();
    u16* mine = stages + warp * 16 * MANY * ROW;
#pragma unroll
    for (int m = 0; m < MANY; m++) stage_tile(mine + 16 * m * ROW, dq_sum[m], scale, scale);
    write_rows<16 * MANY>(dq + at, mine, width, first, length);
}
#else
// grid: (B · H, tiles of keys). dk and dv [B, L, H, WIDTH].
extern "C" __global__ void __launch_bounds__(THREADS) causal_attention_keys(
    const u16* __restrict__ q, const u16* __restrict__ k, const u16* __restrict__ v, const u16* __restrict__ dout, const float* __restrict__ denominators, const float* __restrict__ delta,
    u16* __restrict__ dk, u16* __restrict__ dv,
    long long q_batch, long long q_token, long long q_head, long long k_batch, long long k_token, long long k_head,
    long long v_batch, long long v_token, long long v_head, long long up_batch, long long up_token, long long up_head, int length, int heads, int padded, float factor, float scale)
{
    DYNAMIC_SHARED shared[];
    u16* stages = reinterpret_cast<u16*>(shared);
    __shared__ __align__(16) float logs[2][TILE], deltas[2][TILE];
    const int block = blockIdx.y * TILE, warp = threadIdx.x / 32, first = block + warp * 16, t2 = threadIdx.x % 4 * 2;
    const long long width = (long long)heads * WIDTH, at = blockIdx.x / heads * length * width + blockIdx.x % heads * WIDTH, row_at = (long long)blockIdx.x * padded;
    q = head_of(q, q_batch, q_head, heads);
    k = head_of(k, k_batch, k_head, heads);
    v = head_of(v, v_batch, v_head, heads);
    dout = head_of(dout, up_batch, up_head, heads);
    const int start = blockIdx.y, tiles = (length + TILE - 1) / TILE;
    const auto load = [&](int tile)
    {
        const int half = (tile - start) % 2;
        load_tiles(stages + half * STAGE, q, q_token, dout, up_token, tile, length);
        if (threadIdx.x < TILE / 4) copy_async(logs[half] + threadIdx.x * 4, denominators + row_at + tile * TILE + threadIdx.x * 4, true);
        else if (threadIdx.x < TILE / 2) copy_async(deltas[half] + threadIdx.x * 4 - TILE, delta + row_at + tile * TILE + threadIdx.x * 4 - TILE, true);
        commit_copies();
    };
    load_tiles(stages + STAGE, k, k_token, v, v_token, start, length);
    commit_copies();
    load(start);
    wait_copies<1>();
    __syncthreads();
    u32 keys[1][INNER][4], values[1][INNER][4];
    load_left(keys, stages + STAGE + warp * 16 * ROW);
    load_left(values, stages + STAGE + (TILE + warp * 16) * ROW);
    float dk_sum[1][TILES][4] = {}, dv_sum[1][TILES][4] = {};
#pragma unroll 1
    for (int tile = start; tile < tiles; tile++)
    {
        const int half = (tile - start) % 2;
        wait_copies<0>();
        __syncthreads();
        if (tile + 1 < tiles) load(tile + 1);
        const u16* stage = stages + half * STAGE;
#pragma unroll 1
        for (int query = tile == start ? warp * 16 : 0; query < TILE; query += 16)
        {
            Products<1> x;
            score(x, keys, values, stage + query * ROW, stage + (TILE + query) * ROW);
            u32 right[INNER][4], p[1][4], ds[1][4];
            load_right(right, stage + (TILE + query) * ROW);
            float log[4], less[4];
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                log[i] = logs[half][query + (i >> 1) * 8 + t2 + (i & 1)];
                less[i] = deltas[half][query + (i >> 1) * 8 + t2 + (i & 1)];
            }
            if (tile * TILE + query == first) normalise<true, false>(x, log, less, factor, 0);
            else normalise<false, false>(x, log, less, factor, 0);
            pack_left(p[0], x.scores[0][0], x.scores[0][1]);
            pack_left(ds[0], x.gradients[0][0], x.gradients[0][1]);
            gather(dv_sum, p, right);
            load_right(right, stage + query * ROW);
            gather(dk_sum, ds, right);
        }
    }
    __syncthreads();
    u16* mine = stages + warp * 32 * ROW;
    stage_tile(mine, dk_sum[0], scale, scale);
    stage_tile(mine + 16 * ROW, dv_sum[0], 1.f, 1.f);
    write_rows<16>(dk + at, mine, width, first, length);
    write_rows<16>(dv + at, mine + 16 * ROW, width, first, length);
}
#endif
