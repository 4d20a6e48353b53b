// Causal softmax attention of many queries over a window of keys, or over those keys that a bit each chooses. A block takes 128 rows (query, query head of one key head) and
// runs through the tiles of 64 keys that any of its queries may see; nothing else is read. The scores of the next tile and the values of the one before are multiplied beside
// the softmax of this one. Softmax as in Dao 2023 (FlashAttention-2), with float32 sums; probabilities round to bfloat16 before they meet the values.
// bfloat16; Hopper's warpgroup products (sm_90a). Constants: WIDTH (64 or 128), GROUP (query heads of a key head), CHOSEN (1: bits choose).
#include "tensor_core.cuh"
#include "warpgroup.cuh"

constexpr int ROWS = 128, KEYS = 64, THREADS = 256, STAGES = 5;
constexpr int INNER = WIDTH / 16, PIECES = WIDTH / 8, TILE = KEYS * WIDTH, ROW = WIDTH + 8;
constexpr int QUERY_TILE = ROWS * ROW;                      // elements: the queries' panels, later rows of results that wait for wide stores
#define NOTHING __int_as_float(0xff800000)                  // minus infinity

// A tile of keys and of values, zeros beyond the last key.
__device__ __forceinline__ void load_keys(u16* stage, const u16* k, const u16* v, long long k_token, long long v_token, int tile, int keys)
{
    constexpr int LINES = THREADS / PIECES;
    static_assert(LINES % 8 == 0, "places of pieces repeat after eight rows");
    const int row = threadIdx.x / PIECES, piece = threadIdx.x % PIECES, first = tile * KEYS + row;
    u16* to = stage + panels_place<KEYS>(row, piece);
#pragma unroll
    for (int line = 0; line < KEYS; line += LINES)
    {
        const bool live = first + line < keys;
        copy_async(to + line * 64, live ? k + (first + line) * k_token + piece * 8 : k, live);
        copy_async(to + TILE + line * 64, live ? v + (first + line) * v_token + piece * 8 : v, live);
    }
}

// Scores of a tile to probabilities as left operands, with the running maxima and sums of this thread's two rows; `shrink` is what sums so far must be multiplied by.
__device__ __forceinline__ void weigh(
    u32 (&p)[KEYS / 16][4], float (&s)[8][4], float (&largest)[2], float (&total)[2], float (&shrink)[2], const int (&position)[2], const u64 (&bits)[2],
    int first_key, int window, bool all_visible, float scale)
{
    const int t2 = threadIdx.x % 4 * 2;
    if (!all_visible)
    {
#pragma unroll
        for (int tile = 0; tile < 8; tile++)
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                const int half = i / 2, column = tile * 8 + t2 + i % 2, distance = position[half] - first_key - column;
                const bool visible = distance >= 0 && distance < window && (!CHOSEN || (bits[half] >> column & 1));
                if (!visible) s[tile][i] = NOTHING;
            }
    }
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        float most = s[0][2 * half];
#pragma unroll
        for (int tile = 0; tile < 8; tile++) most = fmaxf(most, fmaxf(s[tile][2 * half], s[tile][2 * half + 1]));
        most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 1));
        most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 2));
        most = fmaxf(most, largest[half]);
        const float base = most == NOTHING ? 0.f : most * scale;
        shrink[half] = power_of_two(largest[half] * scale - base);
        largest[half] = most;
        float sum = 0.f;
#pragma unroll
        for (int tile = 0; tile < 8; tile++)
#pragma unroll
            for (int i = 2 * half; i < 2 * half + 2; i++)
            {
                s[tile][i] = power_of_two(s[tile][i] * scale - base);
                sum += s[tile][i];
            }
        total[half] = total[half] * shrink[half] + sum;
    }
#pragma unroll
    for (int inner = 0; inner < KEYS / 16; inner++) pack_left(p[inner], s[2 * inner], s[2 * inner + 1]);
}

// q [B, Lq, H GROUP, WIDTH], k and v [B, Lk, H, WIDTH] by strides in elements; o [B, Lq, H GROUP, WIDTH] dense. bits [B, Lq, words]: bit s of a query's row chooses key s.
// grid: (tiles of rows, B H). scale: of the scores, times log2(e).
extern "C" __global__ void __launch_bounds__(THREADS, 1) tiled_attention(
    const u16* __restrict__ q, const u16* __restrict__ k, const u16* __restrict__ v, u16* __restrict__ o, const u64* __restrict__ bits,
    long long q_batch, long long q_token, long long q_head, long long k_batch, long long k_token, long long k_head, long long v_batch, long long v_token, long long v_head,
    int queries, int keys, int heads, int words, int window, float scale)
{
    PANELS shared[];
    u16* tile = reinterpret_cast<u16*>(shared);
    u16* stages = tile + (QUERY_TILE * 2 + 1023) / 1024 * 512;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
    const int batch = blockIdx.y / heads, head = blockIdx.y % heads, first_row = blockIdx.x * ROWS, rows = queries * GROUP, before = keys - queries;
    q += batch * q_batch + head * GROUP * q_head;
    k += batch * k_batch + head * k_head;
    v += batch * v_batch + head * v_head;

    const int first_query = first_row / GROUP, last_query = (min(first_row + ROWS, rows) - 1) / GROUP;
    const int first_position = before + first_query, last_position = before + last_query;
    const int first_tile = max(0, first_position - window + 1) / KEYS, tiles = last_position / KEYS - first_tile + 1;
    for (int i = threadIdx.x; i < ROWS * PIECES; i += THREADS)
    {
        const int row = first_row + i / PIECES, piece = i % PIECES;
        const bool live = row < rows;
        copy_async(tile + panels_place<ROWS>(i / PIECES, piece), live ? q + row / GROUP * q_token + row % GROUP * q_head + piece * 8 : q, live);
    }
#pragma unroll
    for (int ahead = 0; ahead < 3; ahead++)
    {
        load_keys(stages + ahead * 2 * TILE, k, v, k_token, v_token, first_tile + ahead, keys);
        commit_copies();
    }
    wait_copies<2>();
    publish_stores();
    __syncthreads();
    u32 left[INNER][4];
#pragma unroll
    for (int inner = 0; inner < INNER; inner++) load_matrices(left[inner], tile + panels_place<ROWS>(warp * 16 + (lane & 15), inner * 2 + (lane >> 4)));

    const int row = first_row + warp * 16 + g;
    const int position[2] = {before + row / GROUP, before + (row + 8) / GROUP};
    const u64* chosen[2];
#pragma unroll
    for (int half = 0; half < 2; half++)
        chosen[half] = CHOSEN ? bits + ((long long)batch * queries + min(position[half] - before, queries - 1)) * words : nullptr;
    u64 word[2] = {};
    auto read_bits = [&](int step)
    {
#pragma unroll
        for (int half = 0; half < 2; half++)
            if (CHOSEN) word[half] = step < tiles ? chosen[half][first_tile + step] : 0;
    };
    float sum[WIDTH / 8][4] = {}, score[2][8][4], largest[2] = {NOTHING, NOTHING}, total[2] = {}, shrink[2];
    u32 weights[2][KEYS / 16][4] = {};
    auto start = [&](int step, float (&to)[8][4])
    {
        const u64 operand = wide_operand<KEYS>(stages + step % STAGES * 2 * TILE);
#pragma unroll
        for (int inner = 0; inner < INNER; inner++) wide_multiply(to, left[inner], operand + inner_step<KEYS>(inner), inner);
    };
    auto add = [&](int step, const u32 (&p)[KEYS / 16][4])
    {
        const u64 operand = wide_operand<KEYS>(stages + step % STAGES * 2 * TILE + TILE);
#pragma unroll
        for (int inner = 0; inner < KEYS / 16; inner++) wide_multiply<1>(sum, p[inner], operand + transposed_step(inner), 1);
    };
    // Steps 0 ... tiles - 1; what stands beyond the last is loaded (zeros where there are no keys) and has no weight.
    auto advance = [&](int step, float (&now)[8][4], float (&next)[8][4], const u32 (&old)[KEYS / 16][4], u32 (&p)[KEYS / 16][4])
    {
        wait_copies<1>();
        publish_stores();
        __syncthreads();
        load_keys(stages + (step + 3) % STAGES * 2 * TILE, k, v, k_token, v_token, first_tile + step + 3, keys);
        commit_copies();
        const int first_key = (first_tile + step) * KEYS;
        const u64 own[2] = {word[0], word[1]};
        read_bits(step + 1);
        wide_fence();
        start(step + 1, next);
        add(max(step - 1, 0), old);
        wide_commit();
        wide_arrived(now);
        const bool all_visible = !CHOSEN && first_key + KEYS - 1 <= first_position && last_position - first_key < window;
        weigh(p, now, largest, total, shrink, position, own, first_key, window, all_visible, scale);
        keep_before(p, tile);
        wide_wait<0>();
        wide_arrived(next);
        wide_arrived(sum);
#pragma unroll
        for (int column = 0; column < WIDTH / 8; column++)
#pragma unroll
            for (int i = 0; i < 4; i++) sum[column][i] *= shrink[i / 2];
    };
    read_bits(0);
    wide_fence();
    start(0, score[0]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(score[0]);
    int step = 0;
#pragma unroll 1
    for (; step < tiles; step += 2)
    {
        advance(step, score[0], score[1], weights[1], weights[0]);
        advance(step + 1, score[1], score[0], weights[0], weights[1]);
    }
    wide_fence();
    add(step - 1, weights[1]);
    wide_commit();
    wide_wait<0>();
    wide_arrived(sum);
    wait_copies<0>();

    float inverse[2];
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 1);
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 2);
        inverse[half] = total[half] > 0.f ? 1.f / total[half] : 0.f;
    }
    u16* wait = tile + warp * 16 * ROW;                      // every warp has its queries in registers
#pragma unroll
    for (int column = 0; column < WIDTH / 8; column++)
#pragma unroll
        for (int half = 0; half < 2; half++)
            *reinterpret_cast<u32*>(wait + (g + 8 * half) * ROW + column * 8 + t2) =
                floats_to_bf16x2(sum[column][2 * half] * inverse[half], sum[column][2 * half + 1] * inverse[half]);
    __syncwarp();
    for (int i = lane; i < 16 * PIECES; i += 32)
    {
        const int at = first_row + warp * 16 + i / PIECES;
        if (at >= rows) continue;
        u16* to = o + (((long long)batch * queries + at / GROUP) * heads * GROUP + head * GROUP + at % GROUP) * WIDTH + i % PIECES * 8;
        *reinterpret_cast<Words*>(to) = *reinterpret_cast<const Words*>(wait + i / PIECES * ROW + i % PIECES * 8);
    }
}
