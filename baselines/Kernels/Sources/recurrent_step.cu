// A few tokens of a linear recurrence with its state in registers: read once, written once. Inputs float32, dense; the state [B, H, KEY, VALUE] changes in place.
//   P = e^g S
//   RULE 0 (plain):                 S ← P + k vᵀ
//   RULE 1 (delta):                 S ← P + k eᵀ,  e = β (v − Pᵀk)
//   RULE 2 (diagonal, low rank):    S ← P + b (Sᵀa)ᵀ + k vᵀ;  a reads the undecayed S
//   o = scale · Sᵀq
// Constants: KEY, VALUE (a multiple of 4), DECAY (0 none, 1 a head, 2 a key channel), RULE.
constexpr int QUADS = 8;                                  // a block owns 32 columns of one head
constexpr int TEAMS = 16;
constexpr int THREADS = QUADS * TEAMS;
constexpr int ROWS = (KEY + TEAMS - 1) / TEAMS;

struct alignas(16) Quad { float v[4]; };

// Sum over the 16 teams: 4 lie in a warp, 4 warps.
__device__ __forceinline__ Quad teams_sum(Quad x, Quad (*parts)[QUADS])
{
#pragma unroll
    for (int c = 0; c < 4; c++)
    {
        x.v[c] += __shfl_xor_sync(0xffffffffu, x.v[c], 8);
        x.v[c] += __shfl_xor_sync(0xffffffffu, x.v[c], 16);
    }
    __syncthreads();
    if (threadIdx.x % 32 < QUADS) parts[threadIdx.x / 32][threadIdx.x % 32] = x;
    __syncthreads();
    Quad sum = parts[0][threadIdx.x % QUADS];
#pragma unroll
    for (int w = 1; w < THREADS / 32; w++)
#pragma unroll
        for (int c = 0; c < 4; c++) sum.v[c] += parts[w][threadIdx.x % QUADS].v[c];
    return sum;
}

// grid: B · H · ⌈VALUE / 32⌉. q, k, a, b [B, T, their heads, KEY]; head h reads head h / (H / theirs). v, o [B, T, H, VALUE]; beta [B, T, H]; g [B, T, H (, KEY)].
extern "C" __global__ void __launch_bounds__(THREADS) recurrent_step(
    const float* q, const float* k, const float* v, const float* g, const float* beta,
    const float* a, const float* b, float* state, float* o,
    long long length, int heads, int query_heads, int key_heads, float scale)
{
    start_dependents();
    wait_for_producers();
    constexpr int SLICES = (VALUE + 31) / 32;
    const int slice = blockIdx.x % SLICES, head = blockIdx.x / SLICES % heads;
    const long long row = blockIdx.x / SLICES / heads;
    const int quad = threadIdx.x % QUADS, team = threadIdx.x / QUADS, column = slice * 32 + quad * 4;
    const bool live = column < VALUE;
    __shared__ Quad parts[THREADS / 32][QUADS];
    float* own = state + (row * heads + head) * KEY * VALUE + column;
    Quad s[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++)
    {
#pragma unroll
        for (int c = 0; c < 4; c++) s[i].v[c] = 0.f;
        if (live && team + i * TEAMS < KEY) s[i] = *reinterpret_cast<const Quad*>(own + (team + i * TEAMS) * VALUE);
    }
    for (long long t = 0; t < length; t++)
    {
        const long long token = row * length + t;
        const float* q_t = q + (token * query_heads + head / (heads / query_heads)) * KEY;
        const float* k_t = k + (token * key_heads + head / (heads / key_heads)) * KEY;
        Quad value;
#pragma unroll
        for (int c = 0; c < 4; c++) value.v[c] = 0.f;
        if (live) value = *reinterpret_cast<const Quad*>(v + (token * heads + head) * VALUE + column);
        Quad sum;
#pragma unroll
        for (int c = 0; c < 4; c++) sum.v[c] = 0.f;
#if RULE == 2
#pragma unroll
        for (int i = 0; i < ROWS; i++)
        {
            const int r = team + i * TEAMS;
            if (r >= KEY) continue;
            const float from = a[(token * heads + head) * KEY + r];
#pragma unroll
            for (int c = 0; c < 4; c++) sum.v[c] += s[i].v[c] * from;
        }
        const Quad low = teams_sum(sum, parts);
#pragma unroll
        for (int c = 0; c < 4; c++) sum.v[c] = 0.f;
#endif
#pragma unroll
        for (int i = 0; i < ROWS; i++)
        {
            const int r = team + i * TEAMS;
            if (r >= KEY) continue;
#if DECAY == 1
            const float keep = expf(g[token * heads + head]);
#elif DECAY == 2
            const float keep = expf(g[(token * heads + head) * KEY + r]);
#else
            const float keep = 1.f;
#endif
#if RULE == 1
            const float key = k_t[r];
#endif
#pragma unroll
            for (int c = 0; c < 4; c++)
            {
                s[i].v[c] *= keep;
#if RULE == 1
                sum.v[c] += s[i].v[c] * key;
#endif
            }
        }
#if RULE == 1
        const Quad read = teams_sum(sum, parts);
        const float strength = beta[token * heads + head];
#pragma unroll
        for (int c = 0; c < 4; c++)
        {
            value.v[c] = strength * (value.v[c] - read.v[c]);
            sum.v[c] = 0.f;
        }
#endif
#pragma unroll
        for (int i = 0; i < ROWS; i++)
        {
            const int r = team + i * TEAMS;
            if (r >= KEY) continue;
            const float key = k_t[r], query = q_t[r];
#if RULE == 2
            const float into = b[(token * heads + head) * KEY + r];
#endif
#pragma unroll
            for (int c = 0; c < 4; c++)
            {
#if RULE == 2
                s[i].v[c] += into * low.v[c];
#endif
                s[i].v[c] += key * value.v[c];
                sum.v[c] += s[i].v[c] * query;
            }
        }
        Quad out = teams_sum(sum, parts);
        if (team != 0 || !live) continue;
#pragma unroll
        for (int c = 0; c < 4; c++) out.v[c] *= scale;
        *reinterpret_cast<Quad*>(o + (token * heads + head) * VALUE + column) = out;
    }
#pragma unroll
    for (int i = 0; i < ROWS; i++)
        if (live && team + i * TEAMS < KEY) *reinterpret_cast<Quad*>(own + (team + i * TEAMS) * VALUE) = s[i];
}
