// RMSNorm over rows of WIDTH elements, with an optional residual added first (sum = x + residual, y = norm(sum) * weight), forward and backward,
// and the L2 norm of rows. A row belongs to GROUP threads; each keeps its share in registers, so a row is read once.
constexpr int THREADS = 256;
constexpr int PACKS = WIDTH / VEC;
constexpr int LANES = PACKS >= 32 ? 32 : PACKS > 16 ? 32 : PACKS > 8 ? 16 : PACKS > 4 ? 8 : PACKS > 2 ? 4 : PACKS > 1 ? 2 : 1;
constexpr int GROUP = WIDTH > 1024 ? THREADS : LANES;
constexpr int SHARE = (PACKS + GROUP - 1) / GROUP;
constexpr int ROWS = THREADS / GROUP;

__device__ __forceinline__ float group_sum(float value)
{
    if constexpr (GROUP == THREADS) return block_sum<THREADS>(value);
    else return lanes_sum<LANES>(value);
}

extern "C" __global__ void __launch_bounds__(THREADS) rms_norm_forward(
    const element* __restrict__ x, const element* __restrict__ residual, const element* __restrict__ weight,
    element* __restrict__ sum, element* __restrict__ y, float* __restrict__ inverse, long long rows, float epsilon)
{
    const int lane = threadIdx.x % GROUP;
    const long long row = (long long)blockIdx.x * ROWS + threadIdx.x / GROUP;
    const bool live = row < rows;
    Pack share[SHARE];
    float squares = 0.f;
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * GROUP;
        if (!live || pack >= PACKS) continue;
        share[s] = load_pack(x + row * WIDTH + pack * VEC);
        if (residual)
        {
            const Pack other = load_pack(residual + row * WIDTH + pack * VEC);
#pragma unroll
            for (int i = 0; i < VEC; i++) share[s].v[i] = as_element(share[s].v[i] + other.v[i]);
            store_pack(sum + row * WIDTH + pack * VEC, share[s]);
        }
#pragma unroll
        for (int i = 0; i < VEC; i++) squares += share[s].v[i] * share[s].v[i];
    }
    const float r = rsqrtf(group_sum(squares) / WIDTH + epsilon);
    if (live && lane == 0) inverse[row] = r;
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * GROUP;
        if (!live || pack >= PACKS) continue;
        const Pack w = load_pack(weight + pack * VEC);
#pragma unroll
        for (int i = 0; i < VEC; i++) share[s].v[i] = as_element(share[s].v[i] * r) * w.v[i];
        store_pack(y + row * WIDTH + pack * VEC, share[s]);
    }
}

// dx = r (w dy - x̂ mean(x̂ w dy)) + dsum. The weight's gradient is summed by each block over its rows into partial[block][WIDTH].
extern "C" __global__ void __launch_bounds__(THREADS) rms_norm_backward(
    const element* __restrict__ x, const element* __restrict__ weight, const float* __restrict__ inverse, const element* __restrict__ dy,
    const element* __restrict__ dsum, element* __restrict__ dx, float* __restrict__ partial, long long rows, long long blocks)
{
    const int lane = threadIdx.x % GROUP;
    Pack dw[SHARE];
#pragma unroll
    for (int s = 0; s < SHARE; s++)
#pragma unroll
        for (int i = 0; i < VEC; i++) dw[s].v[i] = 0.f;
    for (long long first = (long long)blockIdx.x * ROWS; first < rows; first += blocks * ROWS)
    {
        const long long row = first + threadIdx.x / GROUP;
        const bool live = row < rows;
        const float r = live ? inverse[row] : 0.f;
        Pack hat[SHARE], up[SHARE];
        float dot = 0.f;
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * GROUP;
            if (!live || pack >= PACKS) continue;
            hat[s] = load_pack(x + row * WIDTH + pack * VEC);
            up[s] = load_pack(dy + row * WIDTH + pack * VEC);
            const Pack w = load_pack(weight + pack * VEC);
#pragma unroll
            for (int i = 0; i < VEC; i++)
            {
                hat[s].v[i] *= r;
                dw[s].v[i] += up[s].v[i] * hat[s].v[i];
                up[s].v[i] *= w.v[i];
                dot += up[s].v[i] * hat[s].v[i];
            }
        }
        const float mean = group_sum(dot) / WIDTH;
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * GROUP;
            if (!live || pack >= PACKS) continue;
            Pack out;
#pragma unroll
            for (int i = 0; i < VEC; i++) out.v[i] = r * (up[s].v[i] - hat[s].v[i] * mean);
            if (dsum)
            {
                const Pack more = load_pack(dsum + row * WIDTH + pack * VEC);
#pragma unroll
                for (int i = 0; i < VEC; i++) out.v[i] += more.v[i];
            }
            store_pack(dx + row * WIDTH + pack * VEC, out);
        }
    }
    // Groups of the block one after another, so the order of the sum never changes.
    __shared__ float total[WIDTH];
    for (int c = threadIdx.x; c < WIDTH; c += THREADS) total[c] = 0.f;
    for (int g = 0; g < ROWS; g++)
    {
        __syncthreads();
        if (threadIdx.x / GROUP != g) continue;
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * GROUP;
            if (pack >= PACKS) continue;
#pragma unroll
            for (int i = 0; i < VEC; i++) total[pack * VEC + i] += dw[s].v[i];
        }
    }
    __syncthreads();
    for (int c = threadIdx.x; c < WIDTH; c += THREADS) partial[(long long)blockIdx.x * WIDTH + c] = total[c];
}

// y = x / sqrt(sum x² + epsilon). Row r is head r % heads of token r / heads; x may be a slice of something wider, y is dense.
extern "C" __global__ void __launch_bounds__(THREADS) l2_norm_forward(
    const element* __restrict__ x, element* __restrict__ y, float* __restrict__ inverse, long long rows, int heads, long long token_stride, float epsilon)
{
    const int lane = threadIdx.x % GROUP;
    const long long row = (long long)blockIdx.x * ROWS + threadIdx.x / GROUP;
    const bool live = row < rows;
    const element* from = x + row / heads * token_stride + row % heads * WIDTH;
    Pack share[SHARE];
    float squares = 0.f;
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * GROUP;
        if (!live || pack >= PACKS) continue;
        share[s] = load_pack(from + pack * VEC);
#pragma unroll
        for (int i = 0; i < VEC; i++) squares += share[s].v[i] * share[s].v[i];
    }
    const float r = rsqrtf(group_sum(squares) + epsilon);
    if (live && lane == 0) inverse[row] = r;
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * GROUP;
        if (!live || pack >= PACKS) continue;
#pragma unroll
        for (int i = 0; i < VEC; i++) share[s].v[i] *= r;
        store_pack(y + row * WIDTH + pack * VEC, share[s]);
    }
}

// dx = r (dy - ŷ (ŷ · dy)), ŷ = r x.
extern "C" __global__ void __launch_bounds__(THREADS) l2_norm_backward(
    const element* __restrict__ x, const float* __restrict__ inverse, const element* __restrict__ dy, element* __restrict__ dx,
    long long rows, int heads, long long token_stride)
{
    const int lane = threadIdx.x % GROUP;
    const long long row = (long long)blockIdx.x * ROWS + threadIdx.x / GROUP;
    const bool live = row < rows;
    const float r = live ? inverse[row] : 0.f;
    const element* from = x + row / heads * token_stride + row % heads * WIDTH;
    Pack hat[SHARE], up[SHARE];
    float dot = 0.f;
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * GROUP;
        if (!live || pack >= PACKS) continue;
        hat[s] = load_pack(from + pack * VEC);
        up[s] = load_pack(dy + row * WIDTH + pack * VEC);
#pragma unroll
        for (int i = 0; i < VEC; i++)
        {
            hat[s].v[i] *= r;
            dot += hat[s].v[i] * up[s].v[i];
        }
    }
    const float whole = group_sum(dot);
#pragma unroll
    for (int s = 0; s < SHARE; s++)
    {
        const int pack = lane + s * GROUP;
        if (!live || pack >= PACKS) continue;
        Pack out;
#pragma unroll
        for (int i = 0; i < VEC; i++) out.v[i] = r * (up[s].v[i] - hat[s].v[i] * whole);
        store_pack(dx + row * WIDTH + pack * VEC, out);
    }
}
