// One token of a delta-rule mixer, from packed projections to the gated, normed read-out: short convolution and SiLU, L2 norm of q and k, decay and write strength,
// state update, RMSNorm ⊙ gate. A block owns one key head of one row with its GROUP value heads, so nothing that it changes is read elsewhere.
//   P = e^g S;  e = β (v − Pᵀk);  S ← P + k eᵀ;  o = scale · Sᵀq = scale (Pᵀq + (k·q) e)
// Constants: KEY (Dk), VALUE (Dv, a multiple of 4), GROUP, KERNEL (taps; 0: SiLU alone), TEAMS (threads that share a column: VALUE/4 · TEAMS threads),
// DECAY (0 none, 1: g = −e^A · softplus(a + bias) a value head, 2: the same with raw f and bias for each key channel, 3: 2 bounded: g = bound · σ(e^A (f + bias))),
// STRENGTH (1: β = factor · σ(b), 0: β = factor), GATE (0 none, 1 silu, 2 sigmoid).
constexpr int QUADS = VALUE / 4;
constexpr int THREADS = QUADS * TEAMS;
constexpr int ROWS = (KEY + TEAMS - 1) / TEAMS;           // state rows of a thread: team, team + TEAMS, …
constexpr int CHANNELS = 2 * KEY + GROUP * VALUE;

struct alignas(16) Quad { float v[4]; };

__device__ __forceinline__ float softplus(float x) { return fmaxf(x, 0.f) + log1pf(expf(-fabsf(x))); }

// Sum over whole warps, then over the block; every thread must call it.
__device__ __forceinline__ float threads_sum(float value, float* parts)
{
#pragma unroll
    for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = value;
    __syncthreads();
    float sum = 0.f;
#pragma unroll
    for (int i = 0; i < (THREADS + 31) / 32; i++) sum += parts[i];
    return sum;
}

// packed rows: q, k, v at their offsets, b and a (raw, one a value head) at theirs; gate: its own row stride. Offsets of absent parts are not read.
// tail [B, KERNEL − 1, 2·H·KEY + H·GROUP·VALUE]: earlier inputs of the convolution, oldest first; state [B, H·GROUP, KEY, VALUE] float32; both change in place.
extern "C" __global__ void __launch_bounds__(THREADS) delta_step(
    const element* packed, long long packed_stride, int heads, long long strength_offset, long long decay_offset,
    const element* taps, const element* tap_bias, element* tail,
    const element* channel_decay, const element* log_a, const element* decay_bias, float bound, float factor,
    const element* gate, long long gate_stride, const element* norm, float epsilon, float norm_epsilon, float scale,
    float* state, element* out)
{
    start_dependents();
    __shared__ float values[CHANNELS];                    // q, k, v of the block
#if DECAY >= 2
    __shared__ float decays[KEY];
#endif
    __shared__ alignas(16) float reads[2][TEAMS][VALUE];
    __shared__ float parts[(THREADS + 31) / 32];
    const int head = blockIdx.x % heads, row = blockIdx.x / heads;
    const int quad = threadIdx.x % QUADS, team = threadIdx.x / QUADS;
    const int key_width = heads * KEY;

    // The state changed last a whole step ago: its loads need not wait for the kernel before.
    float* own = state + ((long long)row * heads + head) * GROUP * KEY * VALUE + quad * 4;
    Quad s[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++)
        if (KEY % TEAMS == 0 || team + i * TEAMS < KEY) s[i] = *reinterpret_cast<const Quad*>(own + (team + i * TEAMS) * VALUE);
    wait_for_producers();

    const element* mine = packed + row * packed_stride;
    for (int c = threadIdx.x; c < CHANNELS; c += THREADS)
    {
        const long long channel = c < KEY ? head * KEY + c : c < 2 * KEY ? key_width + head * KEY + c - KEY : 2 * key_width + head * GROUP * VALUE + c - 2 * KEY;
        float z = load_one(mine + channel);
#if KERNEL > 0
        const long long width = 2LL * key_width + (long long)heads * GROUP * VALUE;
        element* before = tail + row * (KERNEL - 1) * width + channel;
        const element raw = mine[channel];
        z *= load_one(taps + channel * KERNEL + KERNEL - 1);
#pragma unroll
        for (int j = 0; j < KERNEL - 1; j++)
        {
            z += load_one(taps + channel * KERNEL + j) * load_one(before + j * width);
            before[j * width] = j < KERNEL - 2 ? before[(j + 1) * width] : raw;
        }
        if (tap_bias) z += load_one(tap_bias + channel);
        z = as_element(z);
#endif
        values[c] = as_element(z * sigmoid(z));
    }
    __syncthreads();

    // Warp 0 norms q, warp 1 (or 0 again) norms k; each keeps the order of its lanes.
    for (int which = threadIdx.x / 32; which < 2; which += (THREADS + 31) / 32)
    {
        float squares = 0.f;
        for (int c = threadIdx.x % 32; c < KEY; c += 32) squares += values[which * KEY + c] * values[which * KEY + c];
        squares = lanes_sum<32>(squares);
        const float r = rsqrtf(squares + epsilon);
        for (int c = threadIdx.x % 32; c < KEY; c += 32) values[which * KEY + c] = as_element(values[which * KEY + c] * r);
    }
    __syncthreads();
    float product = 0.f;
    for (int c = threadIdx.x; c < KEY; c += THREADS) product += values[c] * values[KEY + c];
    product = threads_sum(product, parts);                // k · q

#pragma unroll 1
    for (int member = 0; member < GROUP; member++)
    {
        const int value_head = head * GROUP + member;
        if (member > 0)
        {
            own += KEY * VALUE;
#pragma unroll
            for (int i = 0; i < ROWS; i++)
                if (KEY % TEAMS == 0 || team + i * TEAMS < KEY) s[i] = *reinterpret_cast<const Quad*>(own + (team + i * TEAMS) * VALUE);
        }
        float beta = factor;
#if STRENGTH
        beta *= sigmoid(load_one(mine + strength_offset + value_head));
#endif
#if DECAY == 1
        const float keep = expf(-expf(load_one(log_a + value_head)) * softplus(load_one(mine + decay_offset + value_head) + load_one(decay_bias + value_head)));
#elif DECAY >= 2
        for (int c = threadIdx.x; c < KEY; c += THREADS)
        {
            const long long channel = (long long)value_head * KEY + c;
            const float f = load_one(channel_decay + row * (long long)heads * GROUP * KEY + channel) + load_one(decay_bias + channel);
            const float rate = expf(load_one(log_a + value_head));
            decays[c] = expf(DECAY == 2 ? -rate * softplus(f) : bound * sigmoid(rate * f));
        }
        __syncthreads();
#endif
        Quad by_key, by_query;
#pragma unroll
        for (int c = 0; c < 4; c++) by_key.v[c] = by_query.v[c] = 0.f;
#pragma unroll
        for (int i = 0; i < ROWS; i++)
        {
            const int r = team + i * TEAMS;
            if (KEY % TEAMS != 0 && r >= KEY) continue;
            const float q = values[r], k = values[KEY + r];
#pragma unroll
            for (int c = 0; c < 4; c++)
            {
#if DECAY == 1
                s[i].v[c] *= keep;
#elif DECAY >= 2
                s[i].v[c] *= decays[r];
#endif
                by_key.v[c] += s[i].v[c] * k;
                by_query.v[c] += s[i].v[c] * q;
            }
        }
        *reinterpret_cast<Quad*>(&reads[0][team][quad * 4]) = by_key;
        *reinterpret_cast<Quad*>(&reads[1][team][quad * 4]) = by_query;
        __syncthreads();
        Quad e, o;
#pragma unroll
        for (int c = 0; c < 4; c++)
        {
            float read = 0.f, known = 0.f;
#pragma unroll
            for (int m = 0; m < TEAMS; m++)
            {
                read += reads[0][m][quad * 4 + c];
                known += reads[1][m][quad * 4 + c];
            }
            e.v[c] = beta * (values[2 * KEY + member * VALUE + quad * 4 + c] - read);
            o.v[c] = as_element(scale * (known + product * e.v[c]));
        }
#pragma unroll
        for (int i = 0; i < ROWS; i++)
        {
            const int r = team + i * TEAMS;
            if (KEY % TEAMS != 0 && r >= KEY) continue;
            const float k = values[KEY + r];
#pragma unroll
            for (int c = 0; c < 4; c++) s[i].v[c] += k * e.v[c];
            *reinterpret_cast<Quad*>(own + r * VALUE) = s[i];
        }
        float squares = 0.f;
        if (team == 0)
#pragma unroll
            for (int c = 0; c < 4; c++) squares += o.v[c] * o.v[c];
        const float r = rsqrtf(threads_sum(squares, parts) / VALUE + norm_epsilon);
        if (team == 0)
#pragma unroll
            for (int c = 0; c < 4; c++)
            {
                const int column = quad * 4 + c;
                float y = as_element(o.v[c] * r * load_one(norm + column));
#if GATE
                const float raw = load_one(gate + row * gate_stride + value_head * VALUE + column);
                y *= as_element(GATE == 1 ? raw * sigmoid(raw) : sigmoid(raw));
#endif
                store_one(out + ((long long)row * heads * GROUP + value_head) * VALUE + column, y);
            }
        __syncthreads();
    }
}
