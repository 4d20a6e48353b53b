// Softmax attention of each query over keys of its own choice: those that bits choose (DSA), or the tokens of chosen blocks up to the query's own position (NSA). A block has
// one query and the query heads of one key head as the 16 rows of tensor-core steps; its warps gather every fourth 16 keys each, ahead and by whole rows, and join their
// softmaxes at the end. For NSA the other two branches and all gates come in here as well. bfloat16 with float32 sums (sm_80 and later).
// Constants: WIDTH (a multiple of 16, at most 128), GROUP (query heads of a key head, at most 16), BLOCK (tokens of a chosen block; 0: bits choose), CHOICES (most chosen keys, or
// blocks), BRANCHES (1: gates and two more branches).
#include "tensor_core.cuh"

constexpr int WARPS = 4, THREADS = 32 * WARPS, KEYS = 16, STAGES = 2;
constexpr int INNER = WIDTH / 16, PIECES = WIDTH / 8, ROW = WIDTH + 8, TILE = KEYS * ROW;
constexpr int OWN = STAGES * 2 * TILE;                      // elements of a warp's stages
constexpr int SUM_ROW = WIDTH + 4;                          // floats, of the sums that warps hand over
static_assert(OWN * 2 >= 16 * SUM_ROW * 4, "a warp's sums fit its stages");
#define NOTHING __int_as_float(0xff800000)                  // minus infinity

// The set bits of `words` words, ascending, into list; how many there are. A thread reads a stretch of its own.
__device__ __forceinline__ int list_bits(int* list, const u32* bits, int words)
{
    __shared__ int sums[WARPS];
    const int stretch = (words + THREADS - 1) / THREADS, first = threadIdx.x * stretch, end = min(first + stretch, words), lane = threadIdx.x % 32;
    int count = 0;
    for (int i = first; i < end; i++) count += __popc(bits[i]);
    int before = count;
#pragma unroll
    for (int step = 1; step < 32; step *= 2)
    {
        const int other = __shfl_up_sync(0xffffffffu, before, step);
        if (lane >= step) before += other;
    }
    if (lane == 31) sums[threadIdx.x / 32] = before;
    before -= count;
    __syncthreads();
    int all = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++)
    {
        if (w < threadIdx.x / 32) before += sums[w];
        all += sums[w];
    }
    for (int i = first; i < end; i++)
        for (u32 rest = bits[i]; rest && before < CHOICES; rest &= rest - 1) list[before++] = i * 32 + __ffs(rest) - 1;
    return min(all, CHOICES);
}

// q [Lq, H GROUP, WIDTH], k and v [Lk, H, WIDTH] by strides in elements; o [Lq, H GROUP, WIDTH] dense; queries end where the keys end. bits [Lq, words] with BLOCK 0, else
// blocks [Lq, H, CHOICES], -1 for none. compressed and windowed like o, gates [Lq, H GROUP, 3]. grid: (Lq, H). scale: of the scores, times log2(e).
extern "C" __global__ void __launch_bounds__(THREADS, 3) chosen_attention(
    const u16* __restrict__ q, const u16* __restrict__ k, const u16* __restrict__ v, u16* __restrict__ o, const u32* __restrict__ bits, const int* __restrict__ blocks,
    const u16* __restrict__ compressed, const u16* __restrict__ windowed, const u16* __restrict__ gates,
    long long q_token, long long q_head, long long k_token, long long k_head, long long v_token, long long v_head, int before, int words, float scale)
{
    DYNAMIC_SHARED shared[];
    __shared__ int list[CHOICES];
    __shared__ __align__(16) u16 rows[16 * ROW];
    __shared__ float largest_of[WARPS][16], total_of[WARPS][16];
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
    const int query = blockIdx.x, head = blockIdx.y, heads = gridDim.y, position = before + query;
    u16* stages = reinterpret_cast<u16*>(shared) + warp * OWN;
    k += head * k_head;
    v += head * v_head;
    for (int i = threadIdx.x; i < 16 * PIECES; i += THREADS)
    {
        Words piece = {};
        if (i / PIECES < GROUP) piece = *reinterpret_cast<const Words*>(q + query * q_token + (head * GROUP + i / PIECES) * q_head + i % PIECES * 8);
        *reinterpret_cast<Words*>(rows + i / PIECES * ROW + i % PIECES * 8) = piece;
    }
    int count;
    if constexpr (BLOCK == 0) count = list_bits(list, bits + (long long)query * words, words);
    else
    {
        count = CHOICES * BLOCK;
        for (int i = threadIdx.x; i < CHOICES; i += THREADS) list[i] = blocks[((long long)query * heads + head) * CHOICES + i];
    }
    __syncthreads();
    // The i-th key, or -1.
    auto key_of = [&](int i)
    {
        if (i >= count) return -1;
        if constexpr (BLOCK == 0) return list[i];
        const int block = list[i / max(BLOCK, 1)], key = block * BLOCK + i % max(BLOCK, 1);
        return block < 0 || key > position ? -1 : key;
    };
    const int tiles = (count + KEYS - 1) / KEYS;
    auto load = [&](int use, int tile)
    {
        u16* stage = stages + use % STAGES * 2 * TILE;
        if (tile < tiles)
#pragma unroll
            for (int i = lane; i < KEYS * PIECES; i += 32)
            {
                const int row = i / PIECES, piece = i % PIECES * 8, key = key_of(tile * KEYS + row);
                copy_async(stage + row * ROW + piece, key < 0 ? k : k + key * k_token + piece, key >= 0);
                copy_async(stage + TILE + row * ROW + piece, key < 0 ? v : v + key * v_token + piece, key >= 0);
            }
        commit_copies();
    };
    u32 left[INNER][4];
#pragma unroll
    for (int inner = 0; inner < INNER; inner++) load_matrices(left[inner], rows_first(rows + inner * 16, ROW));
    float sum[WIDTH / 8][4] = {}, largest[2] = {NOTHING, NOTHING}, total[2] = {};
#pragma unroll
    for (int ahead = 0; ahead < STAGES - 1; ahead++) load(ahead, warp + ahead * WARPS);
    int use = 0;
#pragma unroll 1
    for (int tile = warp; tile < tiles; tile += WARPS, use++)
    {
        load(use + STAGES - 1, tile + (STAGES - 1) * WARPS);
        wait_copies<STAGES - 1>();
        __syncwarp();
        const u16* keys = stages + use % STAGES * 2 * TILE;
        const u16* values = keys + TILE;
        float s[2][4] = {};
        stream<INNER, 4>([&](u32 (&b)[4], int i) { load_matrices(b, columns_first(keys + i * 16, ROW)); },
            [&](const u32 (&b)[4], int i)
            {
                multiply(s[0], left[i], b[0], b[1]);
                multiply(s[1], left[i], b[2], b[3]);
            });
        // Which of this thread's four columns there are.
#pragma unroll
        for (int i = 0; i < 4; i++)
            if (key_of(tile * KEYS + i / 2 * 8 + t2 + i % 2) < 0) s[i / 2][i % 2] = s[i / 2][i % 2 + 2] = NOTHING;
        float shrink[2];
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            float most = fmaxf(fmaxf(s[0][2 * half], s[0][2 * half + 1]), fmaxf(s[1][2 * half], s[1][2 * half + 1]));
            most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 1));
            most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, 2));
            most = fmaxf(most, largest[half]);
            const float base = most == NOTHING ? 0.f : most * scale;
            shrink[half] = power_of_two(largest[half] * scale - base);
            largest[half] = most;
            float part = 0.f;
#pragma unroll
            for (int i = 0; i < 4; i++)
            {
                float& weight = s[i / 2][2 * half + i % 2];
                weight = power_of_two(weight * scale - base);
                part += weight;
            }
            total[half] = total[half] * shrink[half] + part;
        }
        if (__any_sync(0xffffffffu, shrink[0] != 1.f || shrink[1] != 1.f))
        {
#pragma unroll
            for (int column = 0; column < WIDTH / 8; column++)
#pragma unroll
                for (int i = 0; i < 4; i++) sum[column][i] *= shrink[i / 2];
        }
        u32 weights[4];
        pack_left(weights, s[0], s[1]);
        stream<INNER, 4>([&](u32 (&b)[4], int i) { load_matrices_transposed(b, rows_first(values + i * 16, ROW)); },
            [&](const u32 (&b)[4], int i)
            {
                multiply(sum[2 * i], weights, b[0], b[1]);
                multiply(sum[2 * i + 1], weights, b[2], b[3]);
            });
        __syncwarp();                                        // the stage may fill again
    }
    wait_copies<0>();
    __syncwarp();
    float* handed = reinterpret_cast<float*>(stages);
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 1);
        total[half] += __shfl_xor_sync(0xffffffffu, total[half], 2);
        if (t2 == 0)
        {
            largest_of[warp][g + 8 * half] = largest[half];
            total_of[warp][g + 8 * half] = total[half];
        }
#pragma unroll
        for (int column = 0; column < WIDTH / 8; column++)
            *reinterpret_cast<float2*>(handed + (g + 8 * half) * SUM_ROW + column * 8 + t2) = make_float2(sum[column][2 * half], sum[column][2 * half + 1]);
    }
    __syncthreads();
    for (int i = threadIdx.x; i < GROUP * PIECES; i += THREADS)
    {
        const int row = i / PIECES, column = i % PIECES * 8;
        float most = NOTHING, all = 0.f, part[WARPS];
#pragma unroll
        for (int w = 0; w < WARPS; w++) most = fmaxf(most, largest_of[w][row]);
#pragma unroll
        for (int w = 0; w < WARPS; w++)
        {
            part[w] = most == NOTHING ? 0.f : power_of_two((largest_of[w][row] - most) * scale);
            all += part[w] * total_of[w][row];
        }
        const long long at = ((long long)query * heads + head) * GROUP + row;
        const float inverse = all > 0.f ? 1.f / all : 0.f;
        float out[8] = {};
#pragma unroll
        for (int w = 0; w < WARPS; w++)
        {
            const float* from = reinterpret_cast<const float*>(reinterpret_cast<u16*>(shared) + w * OWN) + row * SUM_ROW + column;
#pragma unroll
            for (int d = 0; d < 8; d++) out[d] += from[d] * (part[w] * inverse);
        }
        if constexpr (BRANCHES)
        {
            // Branches round before their gates, as the readable version does.
            const Pack first = load_pack(compressed + at * WIDTH + column), third = load_pack(windowed + at * WIDTH + column);
            const float gate[3] = {load_one(gates + at * 3), load_one(gates + at * 3 + 1), load_one(gates + at * 3 + 2)};
#pragma unroll
            for (int d = 0; d < 8; d++) out[d] = gate[0] * first.v[d] + gate[1] * as_element(out[d]) + gate[2] * third.v[d];
        }
        Pack pack;
#pragma unroll
        for (int d = 0; d < 8; d++) pack.v[d] = out[d];
        store_pack(o + at * WIDTH + column, pack);
    }
}
