// Many tokens of sparse attention over the top k of a lightning indexer: scores of some queries against all keys before them, and the best k of each as bits.
//   I[t,s] = Σ_h w_h relu(q_h · k_s)
// Queries and weights as index_prepare (sparse_select.cu) leaves them: [Lq, 16, DI] turned, [Lq, 16] with both scales. bfloat16 operands, float32 sums (sm_80 and later).
// Constants: INDEX_HEADS (HI, at most 16), INDEX_WIDTH (DI, a multiple of 32, at most 128).
#include "tensor_core.cuh"

constexpr int HEADS = 16;                                   // of a row of queries; those beyond HI are not read
constexpr int INNER = INDEX_WIDTH / 16, PIECES = INDEX_WIDTH / 8, ROW = INDEX_WIDTH + 8;
constexpr int TILES = INDEX_WIDTH > 64 ? 4 : 8;             // of 8 keys, which a warp keeps in registers while the queries go by
constexpr int WARPS = 8, THREADS = 32 * WARPS, KEYS = WARPS * TILES * 8;
constexpr int STEP = 16, QUERIES = 64;                      // queries of a step and of a block
constexpr int QUERY_TILE = INDEX_HEADS * STEP * ROW;

// scores [Lq, limit] float32: those of keys 0 ... before + query are written (and some beyond). keys [before + Lq, DI] with key_token elements between tokens.
// grid: (blocks of KEYS keys, blocks of 64 queries).
extern "C" __global__ void __launch_bounds__(THREADS, 1) index_tile_scores(
    const u16* __restrict__ queries, const float* __restrict__ weights, const u16* __restrict__ keys, float* __restrict__ scores,
    long long key_token, long long limit, int before, int count)
{
    DYNAMIC_SHARED shared[];
    __shared__ float strength[2][INDEX_HEADS][STEP];
    u16* tiles = reinterpret_cast<u16*>(shared);
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
    const int first_query = blockIdx.y * QUERIES, last_query = min(first_query + QUERIES, count) - 1, first_key = blockIdx.x * KEYS + warp * TILES * 8;
    if (blockIdx.x * KEYS > before + last_query) return;
    auto load = [&](int step)
    {
        const int start = first_query + step * STEP;
        u16* tile = tiles + (step & 1) * QUERY_TILE;
        for (int i = threadIdx.x; i < INDEX_HEADS * STEP * PIECES; i += THREADS)
        {
            const int piece = i % PIECES * 8, head = i / PIECES % INDEX_HEADS, row = i / PIECES / INDEX_HEADS;
            const bool live = start + row <= last_query;
            copy_async(tile + (head * STEP + row) * ROW + piece, live ? queries + ((long long)(start + row) * HEADS + head) * INDEX_WIDTH + piece : queries, live);
        }
        for (int i = threadIdx.x; i < INDEX_HEADS * STEP; i += THREADS)
            strength[step & 1][i % INDEX_HEADS][i / INDEX_HEADS] =
                start + i / INDEX_HEADS <= last_query ? weights[(long long)(start + i / INDEX_HEADS) * HEADS + i % INDEX_HEADS] : 0.f;
        commit_copies();
    };
    load(0);
    u32 key[TILES][INNER][2];
#pragma unroll
    for (int tile = 0; tile < TILES; tile++)
    {
        const int at = min(first_key + tile * 8 + g, before + count - 1);
        const u16* from = keys + at * key_token + t2;
#pragma unroll
        for (int inner = 0; inner < INNER; inner++)
#pragma unroll
            for (int half = 0; half < 2; half++) key[tile][inner][half] = *reinterpret_cast<const u32*>(from + inner * 16 + half * 8);
    }
    const int steps = (last_query - first_query) / STEP + 1;
#pragma unroll 1
    for (int step = 0; step < steps; step++)
    {
        if (step + 1 < steps) load(step + 1);
        else commit_copies();
        wait_copies<1>();
        __syncthreads();
        const int start = first_query + step * STEP;
        if (first_key <= before + min(start + STEP - 1, last_query))
        {
            const u16* tile = tiles + (step & 1) * QUERY_TILE;
            float total[TILES][4] = {};
#pragma unroll 1
            for (int head = 0; head < INDEX_HEADS; head++)
            {
                const float low = strength[step & 1][head][g], high = strength[step & 1][head][g + 8];
                u32 left[INNER][4];
#pragma unroll
                for (int inner = 0; inner < INNER; inner++) load_matrices(left[inner], rows_first(tile + head * STEP * ROW + inner * 16, ROW));
#pragma unroll
                for (int n = 0; n < TILES; n++)
                {
                    float c[4];
                    multiply_first(c, left[0], key[n][0][0], key[n][0][1]);
#pragma unroll
                    for (int inner = 1; inner < INNER; inner++) multiply(c, left[inner], key[n][inner][0], key[n][inner][1]);
#pragma unroll
                    for (int i = 0; i < 4; i++) total[n][i] += (i < 2 ? low : high) * fmaxf(c[i], 0.f);
                }
            }
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                const int query = start + g + 8 * half;
                if (query > last_query) continue;
                float* to = scores + query * limit + first_key + t2;
#pragma unroll
                for (int n = 0; n < TILES; n++)
                    if (first_key + n * 8 < limit) *reinterpret_cast<float2*>(to + n * 8) = make_float2(total[n][2 * half], total[n][2 * half + 1]);
            }
        }
        __syncthreads();                                     // the other tile may fill again
    }
}

constexpr int SELECT_THREADS = 1024, SELECT_WARPS = SELECT_THREADS / 32, CANDIDATES = 6144, BINS = 8192, SAMPLE = 4 * SELECT_THREADS;

__device__ __forceinline__ u32 ordered(float score)
{
    const u32 bits = __float_as_uint(score + 0.f);           // −0 counts as +0
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// Unsigned numbers in the order of the scores, then of the index, lower ones first: no two of a row are equal.
__device__ __forceinline__ u64 ranked(float score, int index) { return (u64)ordered(score) << 32 | (u32)~index; }

// The bin that holds the wanted-th number from the top, and how many lie in the bins above and in it. Every thread must call it.
__device__ __forceinline__ void find_bin(const u32* bins, int digits, u32 wanted, u32& bin, u32& above, u32& inside)
{
    __shared__ u32 sums[SELECT_WARPS], found[3];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int stretch = max(digits / SELECT_THREADS, 1), top = digits - 1 - threadIdx.x * stretch;   // a thread's bins go down from here
    u32 own = 0;
    if (top >= 0)
        for (int i = 0; i < stretch; i++) own += bins[top - i];
    u32 before = own;
#pragma unroll
    for (int step = 1; step < 32; step *= 2)
    {
        const u32 other = __shfl_up_sync(0xffffffffu, before, step);
        if (lane >= step) before += other;
    }
    if (lane == 31) sums[warp] = before;
    __syncthreads();
    for (int w = 0; w < warp; w++) before += sums[w];
    before -= own;
    if (before < wanted && before + own >= wanted)
    {
        int i = 0;
        while (before + bins[top - i] < wanted) before += bins[top - i++];
        found[0] = top - i;
        found[1] = before;
        found[2] = bins[top - i];
    }
    __syncthreads();
    bin = found[0], above = found[1], inside = found[2];
    __syncthreads();
}

// Calls use(score, index) with every number of the row, and with index -1 as often as it takes that a warp's lanes stay together.
template <class Use> __device__ __forceinline__ void sweep(const float* row, int count, Use use)
{
    constexpr int AHEAD = 4;
    for (int start = threadIdx.x * 4; start - (int)threadIdx.x * 4 < count; start += AHEAD * SAMPLE)
    {
        float4 four[AHEAD];
#pragma unroll
        for (int a = 0; a < AHEAD; a++)
            if (start + a * SAMPLE < count) four[a] = *reinterpret_cast<const float4*>(row + start + a * SAMPLE);
#pragma unroll
        for (int a = 0; a < AHEAD; a++)
        {
            const int i = start + a * SAMPLE;
            use(four[a].x, i < count ? i : -1);
            use(four[a].y, i + 1 < count ? i + 1 : -1);
            use(four[a].z, i + 2 < count ? i + 2 : -1);
            use(four[a].w, i + 3 < count ? i + 3 : -1);
        }
    }
}

// chosen [Lq, words]: bit s of a query's row where s is among the best `best` of keys 0 ... before + query, equal scores by lower index; all of them where there are no more.
// A sample of a long row tells which numbers need not be looked at; the others move to shared memory (if it erred, or there are too many equal ones, none do). Then digit by digit
// from the top, as in a radix sort, until a whole bin is taken. limit: a multiple of 4. grid: Lq.
extern "C" __global__ void __launch_bounds__(SELECT_THREADS) index_bits(
    const float* __restrict__ scores, u32* __restrict__ chosen, long long limit, int words, int before, int best)
{
    DYNAMIC_SHARED shared[];
    __shared__ u32 taken;
    u64* candidates = reinterpret_cast<u64*>(shared);
    u32* bins = reinterpret_cast<u32*>(candidates + CANDIDATES);
    const int count = before + blockIdx.x + 1, lane = threadIdx.x % 32;
    const float* mine = scores + blockIdx.x * limit;
    u32* out = chosen + (long long)blockIdx.x * words;
    if (count <= best)
    {
        for (int i = threadIdx.x; i < words; i += SELECT_THREADS)
            out[i] = i < count / 32 ? ~0u : i == count / 32 ? (1u << count % 32) - 1 : 0;
        return;
    }
    u32 bin, above, inside;
    auto clear = [&](int digits)
    {
        for (int i = threadIdx.x; i < digits; i += SELECT_THREADS) bins[i] = 0;
        if (threadIdx.x == 0) taken = 0;
        __syncthreads();
    };
    clear(BINS);
    u32 floor = 0;
    if (count > CANDIDATES)
    {
        const float expected = (float)SAMPLE * best / count;
        const u32 rank = (u32)(expected + 5.f * sqrtf(expected) + 8.f);
        if (rank < SAMPLE)
        {
            const float4 four = *reinterpret_cast<const float4*>(mine + (long long)threadIdx.x * (count / 4) / SELECT_THREADS * 4);
            atomicAdd(bins + (ordered(four.x) >> 19), 1u);
            atomicAdd(bins + (ordered(four.y) >> 19), 1u);
            atomicAdd(bins + (ordered(four.z) >> 19), 1u);
            atomicAdd(bins + (ordered(four.w) >> 19), 1u);
            __syncthreads();
            find_bin(bins, BINS, rank, bin, above, inside);
            floor = bin << 19;
        }
    }
    sweep(mine, count, [&](float score, int index)
    {
        const bool high = index >= 0 && ordered(score) >= floor;
        const u32 together = __ballot_sync(0xffffffffu, high);
        if (!together) return;
        u32 slot = 0;
        if (lane == 0) slot = atomicAdd(&taken, (u32)__popc(together));
        slot = __shfl_sync(0xffffffffu, slot, 0) + __popc(together & ((1u << lane) - 1));
        if (high && slot < CANDIDATES) candidates[slot] = ranked(score, index);
    });
    __syncthreads();
    const u32 held = taken;
    const bool local = held >= best && held <= CANDIDATES;
    __syncthreads();

    u64 prefix = 0, mask = 0;                                // chosen are the numbers not below the prefix
    u32 wanted = best;
    const int index_digits = 32 - __clz(count);
    int shift = 64;
#pragma unroll 1
    while (shift > 0)
    {
        // The index's leading bits are all the same.
        if (shift == 32 && index_digits < 32)
        {
            const u64 same = ~0ull >> 32 & ~((1ull << index_digits) - 1);
            prefix |= same;
            mask |= same;
            shift = index_digits;
        }
        const int width = min(shift == 64 ? 13 : 11, shift > 32 ? shift - 32 : shift), digits = 1 << width;
        shift -= width;
        clear(digits);
        auto add = [&](u64 number)
        {
            if ((number & mask) == prefix) atomicAdd(bins + ((u32)(number >> shift) & (digits - 1)), 1u);
        };
        if (local)
            for (u32 i = threadIdx.x; i < held; i += SELECT_THREADS) add(candidates[i]);
        else
            sweep(mine, count, [&](float score, int index) { if (index >= 0) add(ranked(score, index)); });
        __syncthreads();
        find_bin(bins, digits, wanted, bin, above, inside);
        prefix |= (u64)bin << shift;
        mask |= (u64)(digits - 1) << shift;
        wanted -= above;
        if (inside == wanted) break;
    }
    if (!local)
    {
        for (int first = threadIdx.x / 32 * 32; first < words * 32; first += SELECT_THREADS)
        {
            const int i = first + lane;
            const u32 word = __ballot_sync(0xffffffffu, i < count && ranked(mine[i], i) >= prefix);
            if (lane == 0) out[first / 32] = word;
        }
        return;
    }
    for (int first = 0; first < words; first += BINS)
    {
        clear(min(BINS, words - first));
        for (u32 i = threadIdx.x; i < held; i += SELECT_THREADS)
        {
            const u32 index = ~(u32)candidates[i], word = index / 32 - first;
            if (candidates[i] >= prefix && word < BINS) atomicOr(bins + word, 1u << index % 32);
        }
        __syncthreads();
        for (int i = threadIdx.x; i < min(BINS, words - first); i += SELECT_THREADS) out[first + i] = bins[i];
        __syncthreads();
    }
}
