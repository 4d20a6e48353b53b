// y = x / rms(x) . weight . activation(gate) over rows of WIDTH elements (a head of a token), forward and backward; SWISH 1: activation(z) = z sigmoid(z), 0: sigmoid(z).
// A row belongs to LANES threads; each keeps its share in registers, so a row is read once. Gates may be a slice of something wider: row r is head r % heads of token r / heads.
constexpr int THREADS = 256;
constexpr int PACKS = WIDTH / VEC;
constexpr int LANES = PACKS > 16 ? 32 : PACKS > 8 ? 16 : PACKS > 4 ? 8 : PACKS > 2 ? 4 : PACKS > 1 ? 2 : 1;
constexpr int SHARE = (PACKS + LANES - 1) / LANES;
constexpr int ROWS = THREADS / LANES;

__device__ __forceinline__ const element* gate_row(const element* gate, long long row, int heads, long long token_stride)
{
    return gate + row / heads * token_stride + row % heads * WIDTH;
}

extern "C" __global__ void __launch_bounds__(THREADS) gated_norm_forward(
    const element* __restrict__ x, const element* __restrict__ gate, const element* __restrict__ weight, element* __restrict__ y, float* __restrict__ inverse,
    long long rows, int heads, long long token_stride, float epsilon)
{
    const int lane = threadIdx.x % LANES;
    const long long row = (long long)blockIdx.x * ROWS + threadIdx.x / LANES;
    const bool live = row < rows;
    Pack share[SHARE];
    float squares = 0.f;
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * LANES;
        if (!live || pack >= PACKS) continue;
        share[s] = load_pack(x + row * WIDTH + pack * VEC);
#pragma unroll
        for (int i = 0; i < VEC; i++) squares += share[s].v[i] * share[s].v[i];
    }
    const float r = rsqrtf(lanes_sum<LANES>(squares) / WIDTH + epsilon);
    if (live && lane == 0) inverse[row] = r;
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * LANES;
        if (!live || pack >= PACKS) continue;
        const Pack w = load_pack(weight + pack * VEC), z = load_pack(gate_row(gate, row, heads, token_stride) + pack * VEC);
#pragma unroll
        for (int i = 0; i < VEC; i++) share[s].v[i] *= r * w.v[i] * (SWISH ? z.v[i] : 1.f) * sigmoid(z.v[i]);
        store_pack(y + row * WIDTH + pack * VEC, share[s]);
    }
}

// With x^ = r x, n = x^ w and a = activation(z): dz = dy n a'(z), dw = sum dy a x^, dx = r (u - x^ mean(x^ u)) for u = dy a w.
// The weight's gradient is summed by each block over its rows into partial[block][WIDTH].
extern "C" __global__ void __launch_bounds__(THREADS) gated_norm_backward(
    const element* __restrict__ x, const element* __restrict__ gate, const element* __restrict__ weight, const float* __restrict__ inverse, const element* __restrict__ dy,
    element* __restrict__ dx, element* __restrict__ dgate, float* __restrict__ partial, long long rows, int heads, long long token_stride, long long blocks)
{
    const int lane = threadIdx.x % LANES;
    Pack dw[SHARE];
#pragma unroll
    for (int s = 0; s < SHARE; s++)
#pragma unroll
        for (int i = 0; i < VEC; i++) dw[s].v[i] = 0.f;
    for (long long first = (long long)blockIdx.x * ROWS; first < rows; first += blocks * ROWS)
    {
        const long long row = first + threadIdx.x / LANES;
        const bool live = row < rows;
        const float r = live ? inverse[row] : 0.f;
        Pack hat[SHARE], up[SHARE];
        float dot = 0.f;
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * LANES;
            if (!live || pack >= PACKS) continue;
            hat[s] = load_pack(x + row * WIDTH + pack * VEC);
            up[s] = load_pack(dy + row * WIDTH + pack * VEC);
            const Pack w = load_pack(weight + pack * VEC), z = load_pack(gate_row(gate, row, heads, token_stride) + pack * VEC);
            Pack dz;
#pragma unroll
            for (int i = 0; i < VEC; i++)
            {
                const float open = sigmoid(z.v[i]);
                const float activated = SWISH ? z.v[i] * open : open, slope = SWISH ? open * (1.f + z.v[i] * (1.f - open)) : open * (1.f - open);
                hat[s].v[i] *= r;
                dz.v[i] = up[s].v[i] * hat[s].v[i] * w.v[i] * slope;
                up[s].v[i] *= activated;
                dw[s].v[i] += up[s].v[i] * hat[s].v[i];
                up[s].v[i] *= w.v[i];
                dot += up[s].v[i] * hat[s].v[i];
            }
            store_pack(dgate + row * WIDTH + pack * VEC, dz);
        }
        const float mean = lanes_sum<LANES>(dot) / WIDTH;
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * LANES;
            if (!live || pack >= PACKS) continue;
            Pack out;
#pragma unroll
            for (int i = 0; i < VEC; i++) out.v[i] = r * (up[s].v[i] - hat[s].v[i] * mean);
            store_pack(dx + row * WIDTH + pack * VEC, out);
        }
    }
    // Each group of lanes has a line of its own, and the lines are added in order, so the sum never changes.
    __shared__ float lines[ROWS][WIDTH];
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * LANES;
        if (pack >= PACKS) continue;
#pragma unroll
        for (int i = 0; i < VEC; i++) lines[threadIdx.x / LANES][pack * VEC + i] = dw[s].v[i];
    }
    __syncthreads();
    for (int c = threadIdx.x; c < WIDTH; c += THREADS)
    {
        float total = 0.f;
        for (int line = 0; line < ROWS; line++) total += lines[line][c];
        partial[(long long)blockIdx.x * WIDTH + c] = total;
    }
}
