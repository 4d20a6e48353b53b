// AdamW over one flat tensor of parameters in three launches: squares of the gradient, one block that turns them into this step's scalars, the update.
// Master weights and moments are float32; the model's copy and the gradient are elements. Everything that changes from step to step lies in device memory.
constexpr int THREADS = 256;

// Scalars of one step, read by the update and by whoever logs them.
struct Step
{
    long long step;        // finished steps
    float gradient_norm;   // before clipping
    float clip;            // what gradients are multiplied with
    float learning_rate;
    float bias1, bias2;    // 1 - beta^t
    int skipped;           // steps left out since the gradient was not finite
    int finite;            // whether this step counts
};

extern "C" __global__ void __launch_bounds__(THREADS) gradient_squares(const element* __restrict__ gradient, double* __restrict__ partial, long long count)
{
    double sum = 0.0;
    const long long packs = count / VEC;
    for (long long p = (long long)blockIdx.x * THREADS + threadIdx.x; p < packs; p += (long long)gridDim.x * THREADS)
    {
        const Pack g = load_pack(gradient + p * VEC);
        float squares = 0.f;
#pragma unroll
        for (int i = 0; i < VEC; i++) squares += g.v[i] * g.v[i];
        sum += squares;
    }
    if (blockIdx.x == 0 && threadIdx.x < count % VEC)
    {
        const float g = load_one(gradient + packs * VEC + threadIdx.x);
        sum += g * g;
    }
    __shared__ double parts[THREADS];
    parts[threadIdx.x] = sum;
    __syncthreads();
    for (int half = THREADS / 2; half > 0; half /= 2)
    {
        if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0) partial[blockIdx.x] = parts[0];
}

// Linear warm-up to the peak, then a cosine to peak · floor at the last step.
__device__ __forceinline__ double scheduled(long long step, long long warmup, long long steps, double peak, double floor)
{
    if (step < warmup) return peak * (double)(step + 1) / (double)warmup;
    double progress = steps <= warmup ? 1.0 : (double)(step - warmup) / (double)(steps - warmup);
    progress = progress < 1.0 ? progress : 1.0;
    return peak * (floor + (1.0 - floor) * 0.5 * (1.0 + cos(3.14159265358979323846 * progress)));
}

extern "C" __global__ void __launch_bounds__(THREADS) prepare_step(
    const double* __restrict__ partial, int blocks, Step* __restrict__ state, float clip_norm, float beta1, float beta2,
    float peak, float floor, long long warmup, long long steps)
{
    __shared__ double parts[THREADS];
    double sum = 0.0;
    for (int i = threadIdx.x; i < blocks; i += THREADS) sum += partial[i];
    parts[threadIdx.x] = sum;
    __syncthreads();
    for (int half = THREADS / 2; half > 0; half /= 2)
    {
        if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x != 0) return;
    const float norm = (float)sqrt(parts[0]);
    const bool finite = norm < 3.0e38f;
    state->gradient_norm = norm;
    state->finite = finite;
    state->learning_rate = (float)scheduled(state->step + state->skipped, warmup, steps, peak, floor);
    if (!finite)
    {
        state->skipped += 1;
        return;
    }
    const float factor = clip_norm / (norm + 1e-6f);
    state->clip = factor < 1.f ? factor : 1.f;
    state->step += 1;
    state->bias1 = (float)-expm1((double)state->step * log((double)beta1));
    state->bias2 = (float)-expm1((double)state->step * log((double)beta2));
}

__device__ __forceinline__ float updated(float weight, float g, float& m, float& v, const Step& s, float beta1, float beta2, float epsilon, float decay)
{
    m = beta1 * m + (1.f - beta1) * g;
    v = beta2 * v + (1.f - beta2) * g * g;
    weight *= 1.f - s.learning_rate * decay;
    return weight - s.learning_rate * (m / s.bias1) / (sqrtf(v / s.bias2) + epsilon);
}

// The first `decayed` elements have weight decay. The gradient is cleared on the way, finite or not.
extern "C" __global__ void __launch_bounds__(THREADS) adamw_update(
    element* weights, float* master, // the same memory for float32 models
    element* __restrict__ gradient, float* __restrict__ first, float* __restrict__ second,
    const Step* __restrict__ state, long long count, long long decayed, float beta1, float beta2, float epsilon, float decay)
{
    const Step s = *state;
    // Four elements a thread: neighbours then touch neighbouring 16 bytes of every float32 array. Two places at once keep enough loads on their way.
    const long long quads = count / 4, step = (long long)gridDim.x * THREADS;
    for (long long q = (long long)blockIdx.x * THREADS + threadIdx.x; q < quads; q += 2 * step)
    {
        float g[2][4];
        float4 w[2], m[2], v[2];
#pragma unroll
        for (int k = 0; k < 2; k++)
        {
            const long long at = (q + k * step) * 4;
            if (q + k * step >= quads) continue;
            load_quad(gradient + at, g[k]);
            if (!s.finite) continue;
            w[k] = *reinterpret_cast<const float4*>(master + at);
            m[k] = *reinterpret_cast<const float4*>(first + at);
            v[k] = *reinterpret_cast<const float4*>(second + at);
        }
#pragma unroll
        for (int k = 0; k < 2; k++)
        {
            const long long at = (q + k * step) * 4;
            if (q + k * step >= quads) continue;
            const float zero[4] = {0.f, 0.f, 0.f, 0.f};
            store_quad(gradient + at, zero);
            if (!s.finite) continue;
            float (&ws)[4] = reinterpret_cast<float (&)[4]>(w[k]);
            float (&ms)[4] = reinterpret_cast<float (&)[4]>(m[k]);
            float (&vs)[4] = reinterpret_cast<float (&)[4]>(v[k]);
#pragma unroll
            for (int i = 0; i < 4; i++) ws[i] = updated(ws[i], g[k][i] * s.clip, ms[i], vs[i], s, beta1, beta2, epsilon, at + i < decayed ? decay : 0.f);
            *reinterpret_cast<float4*>(master + at) = w[k];
            *reinterpret_cast<float4*>(first + at) = m[k];
            *reinterpret_cast<float4*>(second + at) = v[k];
#if ELEMENT_BF16
            store_quad(weights + at, ws);
#endif
        }
    }
    const long long tail = quads * 4 + threadIdx.x;
    if (blockIdx.x != 0 || tail >= count) return;
    const float g = load_one(gradient + tail);
    store_one(gradient + tail, 0.f);
    if (!s.finite) return;
    master[tail] = updated(master[tail], g * s.clip, first[tail], second[tail], s, beta1, beta2, epsilon, tail < decayed ? decay : 0.f);
    store_one(weights + tail, master[tail]);
}
