// Depthwise causal convolution over time with SiLU: z_t[c] = sum_j w[c][j] x_(t-KERNEL+1+j)[c], y = silu(z) (SILU=1) or z. Inputs before the start are 0.
// A thread owns VEC channels and a run of tokens and keeps a window of KERNEL inputs in registers, so an input is read once a run.
constexpr int RUN = 32;
constexpr int BACKWARD_RUN = 64;

__device__ __forceinline__ Pack zero_pack()
{
    Pack pack;
#pragma unroll
    for (int i = 0; i < VEC; i++) pack.v[i] = 0.f;
    return pack;
}

__device__ __forceinline__ void load_weights(const element* weight, long long channel, float w[VEC][KERNEL])
{
#pragma unroll
    for (int i = 0; i < VEC; i++)
#pragma unroll
        for (int j = 0; j < KERNEL; j++) w[i][j] = load_one(weight + (channel + i) * KERNEL + j);
}

// grid: (channel packs · runs of a sequence, batch)
extern "C" __global__ void __launch_bounds__(128) short_convolution_forward(
    const element* __restrict__ x, const element* __restrict__ weight, element* __restrict__ y, long long length, long long channels, long long token_stride)
{
    const long long packs = channels / VEC, i = (long long)blockIdx.x * 128 + threadIdx.x;
    const long long channel = i % packs * VEC, start = i / packs * RUN;
    if (start >= length) return;
    const long long base = (long long)blockIdx.y * length;
    float w[VEC][KERNEL];
    load_weights(weight, channel, w);
    Pack window[KERNEL];
#pragma unroll
    for (int j = 0; j < KERNEL - 1; j++)
    {
        const long long t = start - (KERNEL - 1) + j;
        window[j] = t >= 0 ? load_pack(x + (base + t) * token_stride + channel) : zero_pack();
    }
    const long long end = start + RUN < length ? start + RUN : length;
    for (long long t = start; t < end; t++)
    {
        window[KERNEL - 1] = load_pack(x + (base + t) * token_stride + channel);
        Pack out;
#pragma unroll
        for (int c = 0; c < VEC; c++)
        {
            float z = 0.f;
#pragma unroll
            for (int j = 0; j < KERNEL; j++) z += w[c][j] * window[j].v[c];
#if SILU
            z = as_element(z);
            z *= sigmoid(z);
#endif
            out.v[c] = z;
        }
        store_pack(y + (base + t) * channels + channel, out);
#pragma unroll
        for (int j = 0; j < KERNEL - 1; j++) window[j] = window[j + 1];
    }
}

// dz_t = dy_t silu'(z_t); dx_s = sum_j w[KERNEL-1-j] dz_(s+j); dw[c][j] = sum_t dz_t x_(t-KERNEL+1+j), summed by each thread over its run into partial[batch · run].
extern "C" __global__ void __launch_bounds__(128) short_convolution_backward(
    const element* __restrict__ x, const element* __restrict__ weight, const element* __restrict__ dy, element* __restrict__ dx, float* __restrict__ partial,
    long long length, long long channels, long long token_stride, long long runs)
{
    const long long packs = channels / VEC, i = (long long)blockIdx.x * 128 + threadIdx.x;
    const long long channel = i % packs * VEC, run = i / packs, start = run * BACKWARD_RUN;
    if (start >= length) return;
    const long long base = (long long)blockIdx.y * length;
    float w[VEC][KERNEL], dw[VEC][KERNEL];
    load_weights(weight, channel, w);
#pragma unroll
    for (int c = 0; c < VEC; c++)
#pragma unroll
        for (int j = 0; j < KERNEL; j++) dw[c][j] = 0.f;
    Pack window[KERNEL], dz[KERNEL];
#pragma unroll
    for (int j = 0; j < KERNEL; j++) dz[j] = zero_pack();
#pragma unroll
    for (int j = 0; j < KERNEL - 1; j++)
    {
        const long long t = start - (KERNEL - 1) + j;
        window[j] = t >= 0 ? load_pack(x + (base + t) * token_stride + channel) : zero_pack();
    }
    const long long end = start + BACKWARD_RUN < length ? start + BACKWARD_RUN : length;
    // KERNEL - 1 tokens beyond the run are computed again, since their dz reaches back into it.
    for (long long t = start; t < end + KERNEL - 1; t++)
    {
        const bool inside = t < length;
        window[KERNEL - 1] = inside ? load_pack(x + (base + t) * token_stride + channel) : zero_pack();
        const Pack up = inside ? load_pack(dy + (base + t) * channels + channel) : zero_pack();
#pragma unroll
        for (int c = 0; c < VEC; c++)
        {
            float d = up.v[c];
#if SILU
            float z = 0.f;
#pragma unroll
            for (int j = 0; j < KERNEL; j++) z += w[c][j] * window[j].v[c];
            const float s = sigmoid(z);
            d *= s * (1.f + z * (1.f - s));
#endif
            dz[KERNEL - 1].v[c] = d;
            if (t < end)
            {
#pragma unroll
                for (int j = 0; j < KERNEL; j++) dw[c][j] += d * window[j].v[c];
            }
        }
        const long long s = t - (KERNEL - 1);
        if (s >= start)
        {
            Pack out;
#pragma unroll
            for (int c = 0; c < VEC; c++)
            {
                float sum = 0.f;
#pragma unroll
                for (int j = 0; j < KERNEL; j++) sum += w[c][KERNEL - 1 - j] * dz[j].v[c];
                out.v[c] = sum;
            }
            store_pack(dx + (base + s) * channels + channel, out);
        }
#pragma unroll
        for (int j = 0; j < KERNEL - 1; j++)
        {
            window[j] = window[j + 1];
            dz[j] = dz[j + 1];
        }
    }
    float* mine = partial + ((long long)blockIdx.y * runs + run) * channels * KERNEL + channel * KERNEL;
#pragma unroll
    for (int c = 0; c < VEC; c++)
#pragma unroll
        for (int j = 0; j < KERNEL; j++) mine[c * KERNEL + j] = dw[c][j];
}
