// One token a row against its cache (flash-decoding): rotation of q and k, the new entry of the cache, attention split along the context, merge, output gate: one launch.
// Constants: WIDTH (D, a multiple of 16 up to 256), GROUP (query heads a block serves), ROTATE (0 none, 1 adjacent pairs, 2 halves), NORM (1: RMSNorm on q and k heads),
// GATE (1: o ⊙ σ(gate)), SPLITS (parts of the context, each a block), CHOSEN (0: all entries; n: once there are more, the n that `chosen` names, in ascending order).
// packed rows hold [q | k | v (| gate)]; caches are [B, R, H, D], keys already rotated. Where the context outgrows R entries (a window), entry p mod R holds position p.
constexpr int PACKS = WIDTH / VEC;
constexpr int LANES = PACKS <= 4 ? 4 : PACKS <= 8 ? 8 : PACKS <= 16 ? 16 : 32;   // that share a key
constexpr int KEYS = 32 / LANES;                                                  // of one warp at a time
constexpr int WARPS = 4;
constexpr int AHEAD = 4;                                                          // keys and values a lane loads at once
constexpr int TEAMS = WARPS * KEYS;
constexpr float LOWEST = -1e30f;                                                  // not −∞: the difference of two must be a number

template <int COUNT> __device__ __forceinline__ float team_sum(float value)
{
#pragma unroll
    for (int step = COUNT / 2; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
    return value;
}

__device__ __forceinline__ Pack empty_pack()
{
    Pack pack;
#pragma unroll
    for (int i = 0; i < VEC; i++) pack.v[i] = 0.f;
    return pack;
}

// The lane's part of one head, normed and turned to its position, rounded as a stored one would be.
__device__ __forceinline__ Pack head_part(const element* from, const element* norm, float epsilon, const float2* table, long long position, int lane)
{
    const bool live = lane < PACKS;
    Pack own = live ? load_pack(from + lane * VEC) : empty_pack();
    const int partner = (lane + PACKS / 2) % PACKS;
    Pack other = empty_pack();
    if (ROTATE == 2 && live) other = load_pack(from + partner * VEC);
#if NORM
    float squares = 0.f;
#pragma unroll
    for (int i = 0; i < VEC; i++) squares += own.v[i] * own.v[i];
    const float r = rsqrtf(team_sum<LANES>(squares) / WIDTH + epsilon);
    if (live)
    {
        const Pack w = load_pack(norm + lane * VEC), u = load_pack(norm + partner * VEC);
#pragma unroll
        for (int i = 0; i < VEC; i++)
        {
            own.v[i] = as_element(own.v[i] * r * w.v[i]);
            other.v[i] = as_element(other.v[i] * r * u.v[i]);
        }
    }
#endif
    if (!live) return own;
#if ROTATE == 1
#pragma unroll
    for (int i = 0; i < VEC; i += 2)
    {
        const float2 turn = table[position * (WIDTH / 2) + (lane * VEC + i) / 2];
        const float a = own.v[i], b = own.v[i + 1];
        own.v[i] = as_element(a * turn.x - b * turn.y);
        own.v[i + 1] = as_element(b * turn.x + a * turn.y);
    }
#elif ROTATE == 2
    const bool front = lane < PACKS / 2;
#pragma unroll
    for (int i = 0; i < VEC; i++)
    {
        const float2 turn = table[position * (WIDTH / 2) + (lane * VEC + i) % (WIDTH / 2)];
        own.v[i] = as_element(front ? own.v[i] * turn.x - other.v[i] * turn.y : own.v[i] * turn.x + other.v[i] * turn.y);
    }
#endif
    return own;
}

// grid: ((B · SPLITS) · H · HQ / (H · GROUP)); a block serves GROUP query heads of one key head.
extern "C" __global__ void __launch_bounds__(WARPS * 32) decode_attention(
    const element* packed, long long packed_stride, const float2* table, const long long* positions,
    const element* query_norm, const element* key_norm, float epsilon,
    element* keys, element* values, element* out, float* partial, u32* arrived,
    const int* chosen, long long capacity, int query_heads, int key_heads, float scale)
{
    start_dependents();
    wait_for_producers();
    const int parts_of_group = query_heads / key_heads / GROUP;
    const int units = key_heads * parts_of_group;
    const int unit = blockIdx.x % units, split = blockIdx.x / units % SPLITS, row = blockIdx.x / units / SPLITS;
    const int head = unit / parts_of_group, first_query = head * (query_heads / key_heads) + unit % parts_of_group * GROUP;
    const int lane = threadIdx.x % LANES, team = threadIdx.x / LANES;
    const bool live = lane < PACKS;

    const long long position = positions[row], slot = position % capacity;
    long long cached = position < capacity ? position : capacity;                 // entries of earlier tokens; of a full ring all but the slot are visible
    bool own_visible = true;
#if CHOSEN
    const int* list = nullptr;                            // all of them where there are no more than may be chosen
    if (position + 1 > CHOSEN)
    {
        list = chosen + (long long)row * CHOSEN;
        own_visible = list[CHOSEN - 1] == position;
        cached = CHOSEN - own_visible;
    }
#endif
    const long long share = (cached + SPLITS * TEAMS - 1) / (SPLITS * TEAMS) * TEAMS;
    const long long start = split * share, end = start + share < cached ? start + share : cached;
    const element* mine = packed + row * packed_stride;

    Pack q[GROUP], sum[GROUP];
    float most[GROUP], total[GROUP];
#pragma unroll
    for (int i = 0; i < GROUP; i++)
    {
        q[i] = head_part(mine + (first_query + i) * WIDTH, query_norm, epsilon, table, position, lane);
#pragma unroll
        for (int k = 0; k < VEC; k++) q[i].v[k] *= scale;                         // with log2 e: weights are powers of two
        sum[i] = empty_pack();
        most[i] = LOWEST;
        total[i] = 0.f;
    }

    const long long token = (long long)key_heads * WIDTH;
    const element* key_base = keys + (row * capacity * key_heads + head) * WIDTH + lane * VEC;
    const element* value_base = values + (row * capacity * key_heads + head) * WIDTH + lane * VEC;

    // Split 0 has the token's own entry; its first team writes it, and every warp of it computes it (shuffles need whole warps).
    if (split == 0)
    {
        const Pack k = head_part(mine + (query_heads + head) * WIDTH, key_norm, epsilon, table, position, lane);
        const Pack v = live ? load_pack(mine + (query_heads + key_heads + head) * WIDTH + lane * VEC) : empty_pack();
        if (team == 0 && live && unit % parts_of_group == 0)
        {
            store_pack(keys + ((row * capacity + slot) * key_heads + head) * WIDTH + lane * VEC, k);
            store_pack(values + ((row * capacity + slot) * key_heads + head) * WIDTH + lane * VEC, v);
        }
#pragma unroll
        for (int i = 0; i < GROUP; i++)
        {
            float score = 0.f;
#pragma unroll
            for (int d = 0; d < VEC; d++) score += q[i].v[d] * k.v[d];
            score = team_sum<LANES>(score);
            if (team != 0 || !own_visible) continue;
            most[i] = score;
            total[i] = 1.f;
            sum[i] = v;
        }
    }

    for (long long base = start; base < end; base += TEAMS * AHEAD)
    {
        Pack k[AHEAD], v[AHEAD];
        bool visible[AHEAD];
#pragma unroll
        for (int j = 0; j < AHEAD; j++)
        {
            long long entry = base + j * TEAMS + team;
            visible[j] = entry < end && (position < capacity || entry != slot);
#if CHOSEN
            if (list && visible[j]) entry = list[entry];
#endif
            k[j] = visible[j] && live ? load_pack(key_base + entry * token) : empty_pack();
            v[j] = visible[j] && live ? load_pack(value_base + entry * token) : empty_pack();
        }
#pragma unroll
        for (int i = 0; i < GROUP; i++)
        {
            float score[AHEAD], highest = most[i];
#pragma unroll
            for (int j = 0; j < AHEAD; j++)
            {
                float s = 0.f;
#pragma unroll
                for (int d = 0; d < VEC; d++) s += q[i].v[d] * k[j].v[d];
                score[j] = team_sum<LANES>(s);
                if (visible[j]) highest = fmaxf(highest, score[j]);
            }
            const float shrink = exp2f(most[i] - highest);
            most[i] = highest;
            total[i] *= shrink;
#pragma unroll
            for (int d = 0; d < VEC; d++) sum[i].v[d] *= shrink;
#pragma unroll
            for (int j = 0; j < AHEAD; j++)
            {
                const float weight = visible[j] ? exp2f(score[j] - highest) : 0.f;
                total[i] += weight;
#pragma unroll
                for (int d = 0; d < VEC; d++) sum[i].v[d] += weight * v[j].v[d];
            }
        }
    }

    // Teams of the block, then splits of the context, in their order: the same bits every time.
    __shared__ float team_most[TEAMS], team_total[TEAMS], team_sums[TEAMS][WIDTH];
    __shared__ u32 ticket;
    float* own = partial + (((long long)row * SPLITS + split) * query_heads + first_query) * (WIDTH + 2);
#pragma unroll
    for (int i = 0; i < GROUP; i++)
    {
        __syncthreads();
        if (lane == 0)
        {
            team_most[team] = most[i];
            team_total[team] = total[i];
        }
        if (live)
#pragma unroll
            for (int d = 0; d < VEC; d++) team_sums[team][lane * VEC + d] = sum[i].v[d];
        __syncthreads();
        float highest = LOWEST;
#pragma unroll
        for (int m = 0; m < TEAMS; m++) highest = fmaxf(highest, team_most[m]);
        for (int d = threadIdx.x; d < WIDTH + 1; d += WARPS * 32)
        {
            float merged = 0.f;
#pragma unroll
            for (int m = 0; m < TEAMS; m++) merged += (d < WIDTH ? team_sums[m][d] : team_total[m]) * exp2f(team_most[m] - highest);
            own[i * (WIDTH + 2) + d] = merged;
        }
        if (threadIdx.x == 0) own[i * (WIDTH + 2) + WIDTH + 1] = highest;
    }
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) ticket = atomicAdd(arrived + row * units + unit, 1u);
    __syncthreads();
    if (ticket != SPLITS - 1) return;
    __threadfence();
    if (threadIdx.x == 0) arrived[row * units + unit] = 0;                        // ready for the next launch
    for (int e = threadIdx.x; e < GROUP * WIDTH; e += WARPS * 32)
    {
        const int query = first_query + e / WIDTH, d = e % WIDTH;
        const volatile float* from = partial + ((long long)row * SPLITS * query_heads + query) * (WIDTH + 2);
        const long long step = (long long)query_heads * (WIDTH + 2);
        float highest = LOWEST, merged = 0.f, whole = 0.f;
        for (int s = 0; s < SPLITS; s++) highest = fmaxf(highest, from[s * step + WIDTH + 1]);
        for (int s = 0; s < SPLITS; s++)
        {
            const float weight = exp2f(from[s * step + WIDTH + 1] - highest);
            merged += from[s * step + d] * weight;
            whole += from[s * step + WIDTH] * weight;
        }
        float value = merged / whole;
#if GATE
        value = as_element(value) * as_element(sigmoid(load_one(mine + (query_heads + 2 * key_heads) * WIDTH + query * WIDTH + d)));
#endif
        store_one(out + ((long long)row * query_heads + query) * WIDTH + d, value);
    }
}
