// What a chunk of the delta rule needs before the state is known, all chunks at once (Yang et al. 2024, section 3, in the residual form):
//   A = scale tril(Q K^T . decay),   Z = (I + stril(K K^T . decay) diag(beta))^-1,   decay[r][i] = e^(G_r - G_i), G the running sum of g inside the chunk.
// One block makes a chunk of one key head and goes through the value heads that share it; a launch makes the `run` chunks from first_chunk on, where it can beside the walk
// through those before them, of which it needs nothing. Both products and the inverse stay in float32 until they are stored.
#include "tensor_core.cuh"
#include "chunk_tiles.cuh"
#include "chunk_inverse.cuh"

constexpr int THREADS = 256;           // four warps for K K^T, four for Q K^T, a tile of 16 tokens each
constexpr int TILES_BYTES = 2 * TILE * 2 > 2 * CHUNK * 68 * 4 ? 2 * TILE * 2 : 2 * CHUNK * 68 * 4;

// q, k [B, L, H, KEY_WIDTH] with q_row, k_row elements between tokens; g (may be absent), beta (absent: the plain recurrences) [B, L, HV] float32
// -> key_tiles, query_tiles (both may be unwanted) [B H, chunks, 64, KEY_ROW] bfloat16; z (delta rule only), a [B HV, chunks, 64, CHUNK_ROW] bfloat16; rows [B HV, chunks,
// ROW_VALUES, 64] float32. GROUPED 0: no two value heads share a key head, so the products need not be kept, and registers are left for one more block.
extern "C" __global__ void __launch_bounds__(THREADS, !GROUPED && DK <= 128 ? 4 : 3) chunk_prepare(
    const u16* __restrict__ q, const u16* __restrict__ k, const float* __restrict__ g, const float* __restrict__ beta,
    u16* __restrict__ key_tiles, u16* __restrict__ query_tiles, u16* __restrict__ z, u16* __restrict__ a, float* __restrict__ rows,
    long long q_row, long long k_row, int length, int chunks, int first_chunk, int run, int heads, int value_heads, float scale)
{
    DYNAMIC_SHARED shared[];
    __shared__ float sums[CHUNK], betas[CHUNK];
    u16* keys = reinterpret_cast<u16*>(shared);
    u16* queries = keys + TILE;
    float* l = reinterpret_cast<float*>(shared);        // takes the place of keys and queries once they are stored and their products in registers
    float* x = l + CHUNK * INVERSE_ROW;
    u16* a_out = reinterpret_cast<u16*>(shared + TILES_BYTES);
    u16* z_out = a_out + MATRIX;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, row_in_tile = lane / 4, pair = lane % 4 * 2;
    const int row_tile = warp % 4;
    const bool of_queries = warp >= 4;
    const int chunk = first_chunk + blockIdx.x % run, batch_head = blockIdx.x / run, batch = batch_head / heads, head = batch_head % heads;
    const int first = chunk * CHUNK, valid = min(CHUNK, length - first), group = GROUPED ? value_heads / heads : 1;

    start_dependents();
    clear_shared<THREADS>(reinterpret_cast<unsigned char*>(a_out), MATRIX * 2);     // tiles above the diagonal stay so
    if constexpr (KEY_WIDTH < DK)
    {
        clear_shared<THREADS>(shared, 2 * TILE * 2);
        __syncthreads();
    }
    copy_rows<CHUNK, KEY_WIDTH, THREADS>(keys, KEY_ROW, k + ((long long)batch * length + first) * k_row + head * KEY_WIDTH, k_row, valid, threadIdx.x);
    copy_rows<CHUNK, KEY_WIDTH, THREADS>(queries, KEY_ROW, q + ((long long)batch * length + first) * q_row + head * KEY_WIDTH, q_row, valid, threadIdx.x);
    commit_copies();

    // In the first warp, a lane for tokens 2 lane and 2 lane + 1; read ahead, since the loads are far apart.
    float step[2], strength[2];
    auto read_gates = [&](int member)
    {
#pragma unroll
        for (int i = 0; i < 2; i++)
        {
            const int token = 2 * lane + i;
            const long long at = ((long long)batch * length + first + token) * value_heads + head * group + member;
            step[i] = token < valid && g ? g[at] : 0.f;
            strength[i] = token < valid ? (beta ? beta[at] : 1.f) : 0.f;
        }
    };
    if (warp == 0) read_gates(0);
    wait_copies<0>();
    publish_stores();
    __syncthreads();
    if (key_tiles)
    {
        const long long tile_at = ((long long)batch_head * chunks + chunk) * TILE;
        store_block<THREADS>(key_tiles + tile_at, keys, TILE * 2, threadIdx.x);
        store_block<THREADS>(query_tiles + tile_at, queries, TILE * 2, threadIdx.x);
    }

    float product[8][4] = {};
    const u16* left_rows = rows_first((of_queries ? queries : keys) + row_tile * 16 * KEY_ROW, KEY_ROW);
    const u16* right_columns = columns_first(keys, KEY_ROW);
    if (DELTA || of_queries)
#pragma unroll 2
        for (int inner = 0; inner < DK; inner += 16)
        {
            u32 left[4], b[4][4];
            load_matrices(left, left_rows + inner);
#pragma unroll
            for (int tile = 0; tile < 4; tile++)
                if (tile <= row_tile) load_matrices(b[tile], right_columns + tile * 16 * KEY_ROW + inner);
#pragma unroll
            for (int tile = 0; tile < 4; tile++)
                if (tile <= row_tile)
                {
                    multiply(product[2 * tile], left, b[tile][0], b[tile][1]);
                    multiply(product[2 * tile + 1], left, b[tile][2], b[tile][3]);
                }
        }

    for (int member = 0; member < (GROUPED ? group : 1); member++)
    {
        const long long here = ((long long)batch * value_heads + head * group + member) * chunks + chunk;
        if (warp == 0)
        {
            // Below -160 powers of two a decay is zero; cutting there keeps differences of sums exact enough.
#pragma unroll
            for (int i = 0; i < 2; i++) step[i] = fmaxf(step[i] * LOG2_E, -160.f);
            float running = step[0] + step[1];
#pragma unroll
            for (int distance = 1; distance < 32; distance *= 2)
            {
                const float before = __shfl_up_sync(0xffffffffu, running, distance);
                if (lane >= distance) running += before;
            }
            const float last = __shfl_sync(0xffffffffu, running, 31);
            const float before = __shfl_up_sync(0xffffffffu, running, 1);
            const float first_sum = (lane ? before : 0.f) + step[0];
            const float2 sum = make_float2(first_sum, first_sum + step[1]), both = make_float2(strength[0], strength[1]);
            *reinterpret_cast<float2*>(sums + 2 * lane) = sum;
            *reinterpret_cast<float2*>(betas + 2 * lane) = both;
            float* to = rows + here * ROW_VALUES * CHUNK + 2 * lane;
            *reinterpret_cast<float2*>(to) = make_float2(power_of_two(sum.x), power_of_two(sum.y));
            *reinterpret_cast<float2*>(to + CHUNK) = both;
            *reinterpret_cast<float2*>(to + 2 * CHUNK) = make_float2(power_of_two(last - sum.x), power_of_two(last - sum.y));
            *reinterpret_cast<float2*>(to + 3 * CHUNK) = sum;
            if (GROUPED && member + 1 < group) read_gates(member + 1);
        }
        wait_stores();                                  // of the tiles, or of the previous head's matrices
        __syncthreads();
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            const int row = row_tile * 16 + half * 8 + row_in_tile;
            const float row_sum = sums[row];
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
                if (tile / 2 <= row_tile && (DELTA || of_queries))
                {
                    const int column = tile * 8 + pair;
                    const float2 column_sums = *reinterpret_cast<const float2*>(sums + column);
                    const float low = product[tile][2 * half] * power_of_two(row_sum - column_sums.x), high = product[tile][2 * half + 1] * power_of_two(row_sum - column_sums.y);
                    if (of_queries)
                        *reinterpret_cast<u32*>(a_out + row * CHUNK_ROW + column) = floats_to_bf16x2(row >= column ? scale * low : 0.f, row > column ? scale * high : 0.f);
                    else
                    {
                        const float2 strengths = *reinterpret_cast<const float2*>(betas + column);
                        *reinterpret_cast<float2*>(l + row * INVERSE_ROW + column) = make_float2(row > column ? low * strengths.x : 0.f, row > column + 1 ? high * strengths.y : 0.f);
                    }
                }
        }
#if DELTA
        __syncthreads();
        if (!of_queries) invert_diagonal(l, x, warp, lane);
        __syncthreads();
        if (!of_queries) join_16(l, x, warp, lane);
        __syncthreads();
        join_32(l, x, warp, lane);
        __syncthreads();
        round_inverse<THREADS>(x, z_out);
#endif
        publish_stores();
        __syncthreads();
        store_block<THREADS>(a + here * MATRIX, a_out, MATRIX * 2, threadIdx.x);
        if constexpr (DELTA) store_block<THREADS>(z + here * MATRIX, z_out, MATRIX * 2, threadIdx.x);
    }
    wait_stores();
    if (blockIdx.x == gridDim.x - 1) wait_for_producers();      // the kernel that this one ran beside ends before it
}
