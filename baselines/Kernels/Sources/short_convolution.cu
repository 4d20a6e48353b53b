// Depthwise causal convolution over time with SiLU: z_t[c] = sum_j w[c][j] x_(t-KERNEL+1+j)[c], y = silu(z) (SILU=1) or z. Inputs before the start are 0.
// A thread owns VEC channels and a run of RUN tokens, all of whose loads it may issue at once. A block is ROW_PACKS neighbouring packs of channels by RUNS runs.
constexpr int THREADS = 128, ROW_PACKS = 16, RUNS = THREADS / ROW_PACKS, RUN = 8;
constexpr int BLOCK_TOKENS = RUNS * RUN;

__device__ __forceinline__ Pack zero_pack()
{
    Pack pack;
#pragma unroll
    for (int i = 0; i < VEC; i++) pack.v[i] = 0.f;
    return pack;
}

__device__ __forceinline__ void load_weights(const element* weight, long long channel, float w[VEC][KERNEL])
{
    const element* from = weight + channel * KERNEL;
    if (reinterpret_cast<u64>(from) % 16 == 0)
    {
#pragma unroll
        for (int p = 0; p < KERNEL; p++)
        {
            const Pack pack = load_pack(from + p * VEC);
#pragma unroll
            for (int i = 0; i < VEC; i++) w[(p * VEC + i) / KERNEL][(p * VEC + i) % KERNEL] = pack.v[i];
        }
        return;
    }
#pragma unroll
    for (int i = 0; i < VEC * KERNEL; i++) w[i / KERNEL][i % KERNEL] = load_one(from + i);
}

// grid: (blocks of packs · blocks of tokens, batch)
extern "C" __global__ void __launch_bounds__(THREADS) short_convolution_forward(
    const element* __restrict__ x, const element* __restrict__ weight, element* __restrict__ y, int length, int channels, long long token_stride, int pack_blocks)
{
    const int pack = blockIdx.x % pack_blocks * ROW_PACKS + threadIdx.x % ROW_PACKS, channel = pack * VEC;
    const int start = blockIdx.x / pack_blocks * BLOCK_TOKENS + threadIdx.x / ROW_PACKS * RUN;
    if (channel >= channels || start >= length) return;
    const long long base = (long long)blockIdx.y * length;
    float w[VEC][KERNEL];
    load_weights(weight, channel, w);
    Pack window[KERNEL];
#pragma unroll
    for (int j = 0; j < KERNEL - 1; j++)
    {
        const int t = start - (KERNEL - 1) + j;
        window[j] = t >= 0 ? load_pack(x + (base + t) * token_stride + channel) : zero_pack();
    }
#pragma unroll
    for (int step = 0; step < RUN; step++)
    {
        const int t = start + step;
        if (t >= length) return;
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

// dz_t = dy_t silu'(z_t); dx_s = sum_j w[KERNEL-1-j] dz_(s+j); dw[c][j] = sum_t dz_t x_(t-KERNEL+1+j), summed by each block over its tokens into
// partial[batch · token block]. The gradient of the first `split` channels comes from dy_first, that of the others from dy_rest; both are dense.
// dx has dx_stride elements between tokens.
extern "C" __global__ void __launch_bounds__(THREADS) short_convolution_backward(
    const element* __restrict__ x, const element* __restrict__ weight, const element* __restrict__ dy_first, const element* __restrict__ dy_rest,
    element* __restrict__ dx, float* __restrict__ partial, int length, int channels, int split, long long token_stride, long long dx_stride, int pack_blocks, int token_blocks)
{
    const int column = threadIdx.x % ROW_PACKS, run = threadIdx.x / ROW_PACKS, token_block = blockIdx.x / pack_blocks;
    const int channel = (blockIdx.x % pack_blocks * ROW_PACKS + column) * VEC, start = token_block * BLOCK_TOKENS + run * RUN;
    const bool live = channel < channels && start < length;
    const long long base = (long long)blockIdx.y * length;
    const element* dy = channel < split ? dy_first + channel : dy_rest + channel - split;
    const int dy_row = channel < split ? split : channels - split;
    float dw[VEC][KERNEL];
#pragma unroll
    for (int c = 0; c < VEC; c++)
#pragma unroll
        for (int j = 0; j < KERNEL; j++) dw[c][j] = 0.f;
    if (live)
    {
        float w[VEC][KERNEL];
        load_weights(weight, channel, w);
        Pack window[KERNEL], dz[KERNEL];
#pragma unroll
        for (int j = 0; j < KERNEL; j++) dz[j] = zero_pack();
#pragma unroll
        for (int j = 0; j < KERNEL - 1; j++)
        {
            const int t = start - (KERNEL - 1) + j;
            window[j] = t >= 0 ? load_pack(x + (base + t) * token_stride + channel) : zero_pack();
        }
        // KERNEL - 1 tokens beyond the run are computed again, since their dz reaches back into it.
#pragma unroll
        for (int step = 0; step < RUN + KERNEL - 1; step++)
        {
            const int t = start + step;
            const bool inside = t < length;
            window[KERNEL - 1] = inside ? load_pack(x + (base + t) * token_stride + channel) : zero_pack();
            const Pack up = inside ? load_pack(dy + (base + t) * dy_row) : zero_pack();
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
                if (step < RUN)
                {
#pragma unroll
                    for (int j = 0; j < KERNEL; j++) dw[c][j] += d * window[j].v[c];
                }
            }
            const int s = t - (KERNEL - 1);
            if (step >= KERNEL - 1 && s < length)
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
                store_pack(dx + (base + s) * dx_stride + channel, out);
            }
#pragma unroll
            for (int j = 0; j < KERNEL - 1; j++)
            {
                window[j] = window[j + 1];
                dz[j] = dz[j + 1];
            }
        }
    }
    // Runs in order, so that the sum never changes.
    constexpr int LINE = ROW_PACKS * VEC * KERNEL;
    __shared__ float lines[RUNS][LINE + 4];
#pragma unroll
    for (int c = 0; c < VEC; c++)
#pragma unroll
        for (int j = 0; j < KERNEL; j++) lines[run][(c * KERNEL + j) * ROW_PACKS + column] = dw[c][j];
    __syncthreads();
    float* mine = partial + ((long long)blockIdx.y * token_blocks + token_block) * channels * KERNEL + (long long)(blockIdx.x % pack_blocks) * LINE;
    const int here = min(LINE, channels * KERNEL - (int)(blockIdx.x % pack_blocks) * LINE);
    for (int i = threadIdx.x; i < here; i += THREADS)
    {
        const int at = i % (VEC * KERNEL) * ROW_PACKS + i / (VEC * KERNEL);
        float total = 0.f;
#pragma unroll
        for (int r = 0; r < RUNS; r++) total += lines[r][at];
        mine[i] = total;
    }
}
