// y = x Wᵀ for the few rows of a decode step (1 … 16): a stream of weights, bound by memory. bfloat16 only.
// Constants: INPUT (columns of x and W, a multiple of 32), WARPS (warps that share one tile's columns), TILES (1: up to 8 rows of x, 2: up to 16),
// NORM (1: rows of x are RMS-normed on the way in), EPILOGUE (0: y = xWᵀ, 1: y = residual + xWᵀ, 2: W = [gate; up], y = silu(gate) ⊙ up).
// A block makes 16 rows of W (8 gate rows and their 8 up rows): its warps share the columns, tensor cores take W as the 16-row operand and x as the 8 columns.
// A thread's 16-byte loads decide which column stands where in a tensor-core step; both operands use the same order, and a sum has none.
constexpr int BLOCKS = INPUT / 32;                        // of 32 columns
constexpr int SHARE = (BLOCKS + WARPS - 1) / WARPS;       // of one warp
constexpr int DEPTH = SHARE < 4 ? SHARE : 4;              // weight loads under way: 2 · 16 bytes a thread each
constexpr bool EVEN = BLOCKS % WARPS == 0;

__device__ __forceinline__ void multiply(float sum[4], u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1)
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3]) : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

__device__ __forceinline__ Words stream_words(const element* address)
{
    Words words;
    asm volatile("ld.global.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];" : "=r"(words.w[0]), "=r"(words.w[1]), "=r"(words.w[2]), "=r"(words.w[3]) : "l"(address));
    return words;
}

__device__ __forceinline__ Words zero_words()
{
    Words words;
#pragma unroll
    for (int i = 0; i < 4; i++) words.w[i] = 0;
    return words;
}

// grid: outputs / 16 blocks (EPILOGUE 2: inner / 8), rounded up
extern "C" __global__ void __launch_bounds__(WARPS * 32) decode_linear(
    const element* x, const element* weight, const element* norm, const element* residual,
    element* y, int batch, long long outputs, float epsilon)
{
    start_dependents();
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, t = lane % 4;
    const int first = warp * SHARE;
#if EPILOGUE == 2
    const long long low = (long long)blockIdx.x * 8 + g, high = outputs + low;   // gate and up
    const bool low_live = low < outputs, high_live = low_live;
#else
    const long long low = (long long)blockIdx.x * 16 + g, high = low + 8;
    const bool low_live = low < outputs, high_live = high < outputs;
#endif
    const element* low_row = weight + low * INPUT + first * 32 + t * 8;
    const element* high_row = weight + high * INPUT + first * 32 + t * 8;

    Words low_words[DEPTH], high_words[DEPTH];
#pragma unroll
    for (int i = 0; i < DEPTH; i++)
    {
        const bool inside = EVEN || first + i < BLOCKS;
        low_words[i] = inside && low_live ? stream_words(low_row + i * 32) : zero_words();
        high_words[i] = inside && high_live ? stream_words(high_row + i * 32) : zero_words();
    }
    // Weights never change while steps run; everything below may come from the kernel before.
    wait_for_producers();

#if NORM
    // The rows of x are held whole by the block: each thread keeps its own columns, and the mean of squares is a sum over the block.
    __shared__ float squares[WARPS][TILES * 8];
    Words held[TILES][SHARE];
#pragma unroll
    for (int n = 0; n < TILES; n++)
    {
        const int row = n * 8 + g;
        float sum = 0.f;
#pragma unroll
        for (int i = 0; i < SHARE; i++)
        {
            const bool inside = (EVEN || first + i < BLOCKS) && row < batch;
            held[n][i] = inside ? *reinterpret_cast<const Words*>(x + (long long)row * INPUT + (first + i) * 32 + t * 8) : zero_words();
#pragma unroll
            for (int k = 0; k < 4; k++)
            {
                const float a = __uint_as_float(held[n][i].w[k] << 16), b = __uint_as_float(held[n][i].w[k] & 0xffff0000u);
                sum += a * a + b * b;
            }
        }
        sum += __shfl_xor_sync(0xffffffffu, sum, 1);
        sum += __shfl_xor_sync(0xffffffffu, sum, 2);
        if (t == 0) squares[warp][row] = sum;
    }
    __syncthreads();
#pragma unroll
    for (int n = 0; n < TILES; n++)
    {
        float whole = 0.f;
#pragma unroll
        for (int w = 0; w < WARPS; w++) whole += squares[w][n * 8 + g];
        const float r = rsqrtf(whole / INPUT + epsilon);
#pragma unroll
        for (int i = 0; i < SHARE; i++)
        {
            if (!EVEN && first + i >= BLOCKS) continue;
            const Words scale = *reinterpret_cast<const Words*>(norm + (first + i) * 32 + t * 8);
#pragma unroll
            for (int k = 0; k < 4; k++)
                held[n][i].w[k] = floats_to_bf16x2(__uint_as_float(held[n][i].w[k] << 16) * r * __uint_as_float(scale.w[k] << 16),
                    __uint_as_float(held[n][i].w[k] & 0xffff0000u) * r * __uint_as_float(scale.w[k] & 0xffff0000u));
        }
    }
#endif

    float sum[TILES][4];
#pragma unroll
    for (int n = 0; n < TILES; n++)
#pragma unroll
        for (int k = 0; k < 4; k++) sum[n][k] = 0.f;
#pragma unroll
    for (int i = 0; i < SHARE; i++)
    {
        const Words a = low_words[i % DEPTH], b = high_words[i % DEPTH];
        if (i + DEPTH < SHARE)
        {
            const bool further = EVEN || first + i + DEPTH < BLOCKS;
            low_words[i % DEPTH] = further && low_live ? stream_words(low_row + (i + DEPTH) * 32) : zero_words();
            high_words[i % DEPTH] = further && high_live ? stream_words(high_row + (i + DEPTH) * 32) : zero_words();
        }
#pragma unroll
        for (int n = 0; n < TILES; n++)
        {
#if NORM
            const Words c = held[n][i];
#else
            const int row = n * 8 + g;
            const Words c = (EVEN || first + i < BLOCKS) && row < batch ? *reinterpret_cast<const Words*>(x + (long long)row * INPUT + (first + i) * 32 + t * 8) : zero_words();
#endif
            multiply(sum[n], a.w[0], b.w[0], a.w[1], b.w[1], c.w[0], c.w[1]);
            multiply(sum[n], a.w[2], b.w[2], a.w[3], b.w[3], c.w[2], c.w[3]);
        }
    }

    // sum[n][k] of a lane: row g (k < 2) or g + 8 of the tile, x row n · 8 + 2t + k % 2. The warps' shares add up in their order.
    __shared__ float parts[WARPS][TILES][4][32];
#pragma unroll
    for (int n = 0; n < TILES; n++)
#pragma unroll
        for (int k = 0; k < 4; k++) parts[warp][n][k][lane] = sum[n][k];
    __syncthreads();
    constexpr int ROWS = EPILOGUE == 2 ? 8 : 16;
    for (int e = threadIdx.x; e < TILES * 8 * ROWS; e += WARPS * 32)
    {
        const int row = e % ROWS, column = e / ROWS;
        const int n = column / 8, from = row % 8 * 4 + column % 8 / 2, k = column % 2;
        const long long output = (long long)blockIdx.x * ROWS + row;
        if (column >= batch || output >= outputs) continue;
        float value = 0.f;
#if EPILOGUE == 2
        float up = 0.f;
#pragma unroll
        for (int w = 0; w < WARPS; w++)
        {
            value += parts[w][n][k][from];
            up += parts[w][n][k + 2][from];
        }
        value = as_element(value);
        value = as_element(value * sigmoid(value)) * as_element(up);
#else
#pragma unroll
        for (int w = 0; w < WARPS; w++) value += parts[w][n][k + row / 8 * 2][from];
#if EPILOGUE == 1
        value = as_element(value) + load_one(residual + column * outputs + output);
#endif
#endif
        store_one(y + column * outputs + output, value);
    }
}
