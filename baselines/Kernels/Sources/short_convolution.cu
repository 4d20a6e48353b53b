// Depthwise causal convolution over time with SiLU: z_t[c] = sum_j w[c][j] x_(t-KERNEL+1+j)[c], y = silu(z) (SILU=1) or z. Inputs before the start are 0.
// A thread owns four channels and a run of RUN tokens, all of whose loads it may issue at once. A block is ROW_QUADS neighbouring fours of channels by RUNS runs.
constexpr int THREADS = 128, ROW_QUADS = 16, RUNS = THREADS / ROW_QUADS, RUN = 8;
constexpr int BLOCK_TOKENS = RUNS * RUN;

struct Quad { float v[4]; };

__device__ __forceinline__ Quad load(const element* from, bool live)
{
    Quad quad = {};
    if (live) load_quad(from, quad.v);
    return quad;
}

__device__ __forceinline__ void load_weights(const element* weight, int channel, float w[4][KERNEL])
{
#pragma unroll
    for (int i = 0; i < 4 * KERNEL; i++) w[i / KERNEL][i % KERNEL] = load_one(weight + (long long)channel * KERNEL + i);
}

// grid: (blocks of fours · blocks of tokens, batch)
extern "C" __global__ void __launch_bounds__(THREADS) short_convolution_forward(
    const element* __restrict__ x, const element* __restrict__ weight, element* __restrict__ y, int length, int channels, long long token_stride, int quad_blocks)
{
    const int quad = blockIdx.x % quad_blocks * ROW_QUADS + threadIdx.x % ROW_QUADS, channel = quad * 4;
    const int start = blockIdx.x / quad_blocks * BLOCK_TOKENS + threadIdx.x / ROW_QUADS * RUN;
    if (channel >= channels || start >= length) return;
    const long long base = (long long)blockIdx.y * length;
    float w[4][KERNEL];
    load_weights(weight, channel, w);
    Quad window[KERNEL];
#pragma unroll
    for (int j = 0; j < KERNEL - 1; j++)
    {
        const int t = start - (KERNEL - 1) + j;
        window[j] = load(x + (base + t) * token_stride + channel, t >= 0);
    }
#pragma unroll
    for (int step = 0; step < RUN; step++)
    {
        const int t = start + step;
        if (t >= length) return;
        window[KERNEL - 1] = load(x + (base + t) * token_stride + channel, true);
        Quad out;
#pragma unroll
        for (int c = 0; c < 4; c++)
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
        store_quad(y + (base + t) * channels + channel, out.v);
#pragma unroll
        for (int j = 0; j < KERNEL - 1; j++) window[j] = window[j + 1];
    }
}

// dz_t = dy_t silu'(z_t); dx_s = sum_j w[KERNEL-1-j] dz_(s+j); dw[c][j] = sum_t dz_t x_(t-KERNEL+1+j), summed by each block over its tokens into
// partial[batch · token block]. The gradient of the first `split` channels comes from dy_first, that of the others from dy_rest; both are dense.
// dx has dx_stride elements between tokens.
extern "C" __global__ void __launch_bounds__(THREADS) short_convolution_backward(
    const element* __restrict__ x, const element* __restrict__ weight, const element* __restrict__ dy_first, const element* __restrict__ dy_rest,
    element* __restrict__ dx, float* __restrict__ partial, int length, int channels, int split, long long token_stride, long long dx_stride, int quad_blocks, int token_blocks)
{
    const int column = threadIdx.x % ROW_QUADS, run = threadIdx.x / ROW_QUADS, token_block = blockIdx.x / quad_blocks;
    const int channel = (blockIdx.x % quad_blocks * ROW_QUADS + column) * 4, start = token_block * BLOCK_TOKENS + run * RUN;
    const bool live = channel < channels && start < length;
    const long long base = (long long)blockIdx.y * length;
    const element* dy = channel < split ? dy_first + channel : dy_rest + channel - split;
    const int dy_row = channel < split ? split : channels - split;
    float dw[4][KERNEL];
#pragma unroll
    for (int c = 0; c < 4; c++)
#pragma unroll
        for (int j = 0; j < KERNEL; j++) dw[c][j] = 0.f;
    if (live)
    {
        float w[4][KERNEL];
        load_weights(weight, channel, w);
        Quad window[KERNEL], dz[KERNEL] = {};
#pragma unroll
        for (int j = 0; j < KERNEL - 1; j++)
        {
            const int t = start - (KERNEL - 1) + j;
            window[j] = load(x + (base + t) * token_stride + channel, t >= 0);
        }
        // KERNEL - 1 tokens beyond the run are computed again, since their dz reaches back into it.
#pragma unroll
        for (int step = 0; step < RUN + KERNEL - 1; step++)
        {
            const int t = start + step;
            const bool inside = t < length;
            window[KERNEL - 1] = load(x + (base + t) * token_stride + channel, inside);
            const Quad up = load(dy + (base + t) * dy_row, inside);
#pragma unroll
            for (int c = 0; c < 4; c++)
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
                Quad out;
#pragma unroll
                for (int c = 0; c < 4; c++)
                {
                    float sum = 0.f;
#pragma unroll
                    for (int j = 0; j < KERNEL; j++) sum += w[c][KERNEL - 1 - j] * dz[j].v[c];
                    out.v[c] = sum;
                }
                store_quad(dx + (base + s) * dx_stride + channel, out.v);
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
    constexpr int LINE = ROW_QUADS * 4 * KERNEL;
    __shared__ float lines[RUNS][LINE + 4];
#pragma unroll
    for (int c = 0; c < 4; c++)
#pragma unroll
        for (int j = 0; j < KERNEL; j++) lines[run][(c * KERNEL + j) * ROW_QUADS + column] = dw[c][j];
    __syncthreads();
    float* mine = partial + ((long long)blockIdx.y * token_blocks + token_block) * channels * KERNEL + (long long)(blockIdx.x % quad_blocks) * LINE;
    const int here = min(LINE, channels * KERNEL - (int)(blockIdx.x % quad_blocks) * LINE);
    for (int i = threadIdx.x; i < here; i += THREADS)
    {
        const int at = i % (4 * KERNEL) * ROW_QUADS + i / (4 * KERNEL);
        float total = 0.f;
#pragma unroll
        for (int r = 0; r < RUNS; r++) total += lines[r][at];
        mine[i] = total;
    }
}
