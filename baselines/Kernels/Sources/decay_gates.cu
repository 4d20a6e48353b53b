// Gated DeltaNet's gates: g = -exp(A_log) · softplus(a + dt_bias), beta = scale · sigmoid(b), in float32, from rows that hold a and b side by side.
constexpr int THREADS = 256;

__device__ __forceinline__ float softplus(float x) { return x > 20.f ? x : log1pf(expf(x)); }

extern "C" __global__ void __launch_bounds__(THREADS) decay_gates_forward(
    const element* __restrict__ a, const element* __restrict__ b, const element* __restrict__ log_a, const element* __restrict__ bias,
    float* __restrict__ g, float* __restrict__ beta, long long rows, int heads, long long stride, float scale)
{
    const long long i = (long long)blockIdx.x * THREADS + threadIdx.x;
    if (i >= rows * heads) return;
    const long long row = i / heads;
    const int head = i % heads;
    g[i] = -expf(load_one(log_a + head)) * softplus(load_one(a + row * stride + head) + load_one(bias + head));
    beta[i] = scale * sigmoid(load_one(b + row * stride + head));
}

// da, db have gradient_stride elements between rows; gradients of A_log and dt_bias summed by each block over its rows into partial[block][2 · heads]. Needs heads <= THREADS.
extern "C" __global__ void __launch_bounds__(THREADS) decay_gates_backward(
    const element* __restrict__ a, const element* __restrict__ b, const element* __restrict__ log_a, const element* __restrict__ bias,
    const float* __restrict__ dg, const float* __restrict__ dbeta, element* __restrict__ da, element* __restrict__ db, float* __restrict__ partial,
    long long rows, int heads, long long stride, long long gradient_stride, float scale)
{
    __shared__ float sums[2][THREADS];
    const int rows_a_block = THREADS / heads, mine = threadIdx.x / heads, head = threadIdx.x % heads;
    float d_log = 0.f, d_bias = 0.f;
    if (mine < rows_a_block)
    {
        const float decay = -expf(load_one(log_a + head)), shift = load_one(bias + head);
        for (long long row = (long long)blockIdx.x * rows_a_block + mine; row < rows; row += (long long)gridDim.x * rows_a_block)
        {
            const float x = load_one(a + row * stride + head) + shift, up = dg[row * heads + head];
            d_log += up * decay * softplus(x);
            const float slope = up * decay * sigmoid(x);
            d_bias += slope;
            store_one(da + row * gradient_stride + head, slope);
            const float s = sigmoid(load_one(b + row * stride + head));
            store_one(db + row * gradient_stride + head, dbeta[row * heads + head] * scale * s * (1.f - s));
        }
    }
    sums[0][threadIdx.x] = d_log;
    sums[1][threadIdx.x] = d_bias;
    __syncthreads();
    if (threadIdx.x >= heads) return;
    for (int r = 1; r < rows_a_block; r++)
    {
        d_log += sums[0][r * heads + threadIdx.x];
        d_bias += sums[1][r * heads + threadIdx.x];
    }
    partial[(long long)blockIdx.x * 2 * heads + threadIdx.x] = d_log;
    partial[(long long)blockIdx.x * 2 * heads + heads + threadIdx.x] = d_bias;
}
