// RMSNorm over rows of WIDTH elements, with an optional residual added first (sum = x + residual, y = norm(sum) * weight), forward and backward,
// and the L2 norm of rows. A row belongs to GROUP threads; each keeps its share in registers, so a row is read once.
#ifndef PARTS
#define PARTS 1
#endif
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

// dx = r (w dy - x̂ mean(x̂ w dy)) + dsum. dy may come in PARTS of rows x WIDTH elements each, to be added up. The weight's gradient is summed by each block over its rows into partial[block][WIDTH].
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
        Words more[SHARE];
        float dot = 0.f;
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * GROUP;
            if (!live || pack >= PACKS) continue;
            hat[s] = load_pack(x + row * WIDTH + pack * VEC);
            up[s] = load_pack(dy + row * WIDTH + pack * VEC);
            if constexpr (PARTS > 1)
            {
#pragma unroll
                for (int part = 1; part < PARTS; part++)
                {
                    const Pack other = load_pack(dy + (part * rows + row) * WIDTH + pack * VEC);
#pragma unroll
                    for (int i = 0; i < VEC; i++) up[s].v[i] += other.v[i];
                }
#pragma unroll
                for (int i = 0; i < VEC; i++) up[s].v[i] = as_element(up[s].v[i]);
            }
            if (dsum) more[s] = *reinterpret_cast<const Words*>(dsum + row * WIDTH + pack * VEC);
        }
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * GROUP;
            if (!live || pack >= PACKS) continue;
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
            if (dsum) out = load_pack(reinterpret_cast<const element*>(&more[s]));
#pragma unroll
            for (int i = 0; i < VEC; i++) out.v[i] = r * (up[s].v[i] - hat[s].v[i] * mean) + (dsum ? out.v[i] : 0.f);
            store_pack(dx + row * WIDTH + pack * VEC, out);
        }
    }
    if constexpr (GROUP == THREADS)
    {
#pragma unroll
        for (int s = 0; s < SHARE; s++)
        {
            const int pack = lane + s * GROUP;
            if (pack >= PACKS) continue;
#pragma unroll
            for (int i = 0; i < VEC; i++) partial[(long long)blockIdx.x * WIDTH + pack * VEC + i] = dw[s].v[i];
        }
        return;
    }
    // Groups of a warp by exchange, then warps in order, so that the order of the sum never changes.
    constexpr int LINE = GROUP == THREADS ? 1 : WIDTH;
    __shared__ float lines[THREADS / 32][LINE];
#pragma unroll
    for (int s = 0; s < SHARE; s++)
#pragma unroll
        for (int i = 0; i < VEC; i++)
        {
            float sum = dw[s].v[i];
#pragma unroll
            for (int step = LANES; step < 32; step *= 2) sum += __shfl_xor_sync(0xffffffffu, sum, step);
            if (threadIdx.x % 32 < LANES && lane + s * GROUP < PACKS) lines[threadIdx.x / 32][((lane + s * GROUP) * VEC + i) % LINE] = sum;
        }
    __syncthreads();
    for (int c = threadIdx.x; c < WIDTH; c += THREADS)
    {
        float total = 0.f;
#pragma unroll
        for (int warp = 0; warp < THREADS / 32; warp++) total += lines[warp][c % LINE];
        partial[(long long)blockIdx.x * WIDTH + c] = total;
    }
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
