// One token a row of sparse attention over the top k of a lightning indexer: what the indexer stores and asks, scores of every key, and the best k in ascending order.
//   I[s] = Σ_h w_h relu(DI^−½ q_h · k_s)
// bfloat16. Constants: INDEX_HEADS (HI ≤ 16), INDEX_WIDTH (DI, a multiple of 32), ROTATED (leading channels that turn, halves as pairs; even, may be 0).
constexpr int HEADS = 16;                                 // rows of a tensor-core step; heads that are not there have weight 0
constexpr int BLOCKS = INDEX_WIDTH / 32;
constexpr int SCORE_WARPS = 4, SCORE_KEYS = 64;           // keys of one warp

// Row of head `at` in shared memory, turned: the element d of a head.
__device__ __forceinline__ float turned(const float* head, int d, const float2* row)
{
#if ROTATED > 0
    if (d < ROTATED / 2) return head[d] * row[d].x - head[d + ROTATED / 2] * row[d].y;
    if (d < ROTATED) return head[d] * row[d - ROTATED / 2].x + head[d - ROTATED / 2] * row[d - ROTATED / 2].y;
#endif
    return head[d];
}

// packed rows: [q^I (HI · DI) | k^I (DI) | w (HI)]. queries [B, 16, DI] turned; weights [B, 16] with both scales; the turned, layer-normed key goes into the cache [B, R, DI].
extern "C" __global__ void __launch_bounds__(256) index_prepare(
    const element* packed, const float2* table, const long long* positions,
    const element* norm, const element* bias, float epsilon, element* queries, float* weights,
    element* keys, long long capacity)
{
    start_dependents();
    wait_for_producers();
    __shared__ float values[(INDEX_HEADS + 1) * INDEX_WIDTH];
    constexpr int ALL = (INDEX_HEADS + 1) * INDEX_WIDTH;
    const long long row = blockIdx.x;
    const element* mine = packed + row * (ALL + INDEX_HEADS);
    for (int i = threadIdx.x; i < ALL; i += 256) values[i] = load_one(mine + i);
    __syncthreads();
    float* key = values + INDEX_HEADS * INDEX_WIDTH;
    const float own = threadIdx.x < INDEX_WIDTH ? key[threadIdx.x] : 0.f;
    const float mean = block_sum<256>(own) / INDEX_WIDTH;
    const float off = threadIdx.x < INDEX_WIDTH ? own - mean : 0.f;
    const float r = rsqrtf(block_sum<256>(off * off) / INDEX_WIDTH + epsilon);
    if (threadIdx.x < INDEX_WIDTH) key[threadIdx.x] = as_element(off * r * load_one(norm + threadIdx.x) + load_one(bias + threadIdx.x));
    __syncthreads();
    const long long position = positions[row];
    const float2* angles = table + position * (ROTATED / 2);
    for (int i = threadIdx.x; i < HEADS * INDEX_WIDTH; i += 256)
    {
        const int head = i / INDEX_WIDTH, d = i % INDEX_WIDTH;
        store_one(queries + row * HEADS * INDEX_WIDTH + i, head < INDEX_HEADS ? turned(values + head * INDEX_WIDTH, d, angles) : 0.f);
    }
    if (threadIdx.x < INDEX_WIDTH) store_one(keys + (row * capacity + position) * INDEX_WIDTH + threadIdx.x, turned(key, threadIdx.x, angles));
    if (threadIdx.x < HEADS)
        weights[row * HEADS + threadIdx.x] =
            threadIdx.x < INDEX_HEADS ? as_element(load_one(mine + ALL + threadIdx.x) * rsqrtf((float)INDEX_HEADS)) * rsqrtf((float)INDEX_WIDTH) : 0.f;
}

// grid: (blocks of 4 · 64 keys, B). Scores of keys 0 … position; nothing where all of them will be taken anyway.
extern "C" __global__ void __launch_bounds__(SCORE_WARPS * 32) index_scores(
    const element* queries, const float* weights, const element* keys, const long long* positions,
    float* scores, long long capacity, long long limit, long long chosen)
{
    start_dependents();
    wait_for_producers();
    const long long row = blockIdx.y, count = positions[row] + 1;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, t = lane % 4;
    const long long start = ((long long)blockIdx.x * SCORE_WARPS + warp) * SCORE_KEYS;
    if (count <= chosen || start >= count) return;
    Words low[BLOCKS], high[BLOCKS];
    const element* mine = queries + row * HEADS * INDEX_WIDTH + t * 8;
#pragma unroll
    for (int b = 0; b < BLOCKS; b++)
    {
        low[b] = *reinterpret_cast<const Words*>(mine + g * INDEX_WIDTH + b * 32);
        high[b] = *reinterpret_cast<const Words*>(mine + (g + 8) * INDEX_WIDTH + b * 32);
    }
    const float w0 = weights[row * HEADS + g], w1 = weights[row * HEADS + g + 8];
    const element* cache = keys + row * capacity * INDEX_WIDTH + t * 8;
#pragma unroll 4
    for (int tile = 0; tile < SCORE_KEYS / 8; tile++)
    {
        const long long first = start + tile * 8, key = first + g < count ? first + g : count - 1;
        float sum[4] = {0.f, 0.f, 0.f, 0.f};
#pragma unroll
        for (int b = 0; b < BLOCKS; b++)
        {
            const Words k = *reinterpret_cast<const Words*>(cache + key * INDEX_WIDTH + b * 32);
#pragma unroll
            for (int s = 0; s < 4; s += 2)
                asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                    : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
                    : "r"(low[b].w[s]), "r"(high[b].w[s]), "r"(low[b].w[s + 1]), "r"(high[b].w[s + 1]), "r"(k.w[s]), "r"(k.w[s + 1]));
        }
        float even = w0 * fmaxf(sum[0], 0.f) + w1 * fmaxf(sum[2], 0.f), odd = w0 * fmaxf(sum[1], 0.f) + w1 * fmaxf(sum[3], 0.f);
#pragma unroll
        for (int step = 4; step < 32; step *= 2)
        {
            even += __shfl_xor_sync(0xffffffffu, even, step);
            odd += __shfl_xor_sync(0xffffffffu, odd, step);
        }
        if (g != 0) continue;
        if (first + 2 * t < count) scores[row * limit + first + 2 * t] = even;
        if (first + 2 * t + 1 < count) scores[row * limit + first + 2 * t + 1] = odd;
    }
}

// Unsigned numbers in the order of the floats; −0 counts as +0.
__device__ __forceinline__ u32 ordered(float score)
{
    const u32 bits = __float_as_uint(score + 0.f);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// grid: B, 1024 threads. indices [B, chosen] ascending: the best scores of 0 … position, equal ones by lower index. Left alone where there are no more than chosen.
extern "C" __global__ void __launch_bounds__(1024) index_select(
    const float* scores, const long long* positions, int* indices, long long limit, int chosen)
{
    start_dependents();
    wait_for_producers();
    const long long row = blockIdx.x, count = positions[row] + 1;
    if (count <= chosen) return;
    const float* mine = scores + row * limit;
    __shared__ u32 bins[2048];
    __shared__ u32 warp_sums[32], found_bin, found_above;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;

    // The threshold, digit by digit from the top: 11, 11 and 10 bits. `above` counts what beats every candidate.
    u32 prefix = 0, mask = 0, above = 0;
#pragma unroll 1
    for (int round = 0; round < 3; round++)
    {
        const int shift = round == 0 ? 21 : round == 1 ? 10 : 0, digits = round == 2 ? 1024 : 2048;
        for (int i = threadIdx.x; i < 2048; i += 1024) bins[i] = 0;
        __syncthreads();
        for (long long i = threadIdx.x; i < count; i += 1024)
        {
            const u32 key = ordered(mine[i]);
            if ((key & mask) == prefix) atomicAdd(&bins[key >> shift & (digits - 1)], 1u);
        }
        __syncthreads();
        // Thread i has the pair of bins 2047 − 2i, 2046 − 2i: a prefix sum over threads counts from the top.
        const u32 upper = bins[2047 - 2 * threadIdx.x], lower = bins[2046 - 2 * threadIdx.x];
        u32 sum = upper + lower;
#pragma unroll
        for (int step = 1; step < 32; step *= 2)
        {
            const u32 other = __shfl_up_sync(0xffffffffu, sum, step);
            if (lane >= step) sum += other;
        }
        if (lane == 31) warp_sums[warp] = sum;
        __syncthreads();
        for (int w = 0; w < warp; w++) sum += warp_sums[w];
        const u32 before = above + sum - upper - lower, wanted = chosen;
        if (before < wanted && before + upper >= wanted)
        {
            found_bin = 2047 - 2 * threadIdx.x;
            found_above = before;
        }
        else if (before + upper < wanted && before + upper + lower >= wanted)
        {
            found_bin = 2046 - 2 * threadIdx.x;
            found_above = before + upper;
        }
        __syncthreads();
        prefix |= found_bin << shift;
        mask |= (u32)(digits - 1) << shift;
        above = found_above;
        __syncthreads();
    }

    // A thread compacts its own stretch: everything above the threshold, and the first few that equal it.
    const u32 ties = chosen - above;
    const long long stretch = (count + 1023) / 1024, start = threadIdx.x * stretch, end = start + stretch < count ? start + stretch : count;
    u32 greater = 0, equal = 0;
    for (long long i = start; i < end; i++)
    {
        const u32 key = ordered(mine[i]);
        greater += key > prefix;
        equal += key == prefix;
    }
    __shared__ u32 greater_sums[32], equal_sums[32];
    u32 greater_before = greater, equal_before = equal;
#pragma unroll
    for (int step = 1; step < 32; step *= 2)
    {
        const u32 a = __shfl_up_sync(0xffffffffu, greater_before, step), b = __shfl_up_sync(0xffffffffu, equal_before, step);
        if (lane >= step)
        {
            greater_before += a;
            equal_before += b;
        }
    }
    if (lane == 31)
    {
        greater_sums[warp] = greater_before;
        equal_sums[warp] = equal_before;
    }
    __syncthreads();
    greater_before -= greater;
    equal_before -= equal;
    for (int w = 0; w < warp; w++)
    {
        greater_before += greater_sums[w];
        equal_before += equal_sums[w];
    }
    int* out = indices + row * chosen;
    for (long long i = start; i < end; i++)
    {
        const u32 key = ordered(mine[i]);
        const bool tie = key == prefix;
        if (key > prefix || (tie && equal_before < ties)) out[greater_before + (equal_before < ties ? equal_before : ties)] = (int)i;
        greater_before += key > prefix;
        equal_before += tie;
    }
}
