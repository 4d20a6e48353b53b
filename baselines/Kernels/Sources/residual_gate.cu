// y = (h + pending) + gate ⊙ before over rows of WIDTH elements, and its gradients but those that equal dy. The inner sum rounds as a stored one does.
constexpr int THREADS = 256;
constexpr int PACKS = WIDTH / VEC;
constexpr int ROWS = THREADS / PACKS;                     // rows a block takes at once; a thread keeps its columns

extern "C" __global__ void __launch_bounds__(THREADS) residual_gate_forward(
    const element* __restrict__ h, const element* __restrict__ pending, const element* __restrict__ gate, const element* __restrict__ before,
    element* __restrict__ y, long long rows)
{
    if (threadIdx.x >= ROWS * PACKS) return;
    const int column = threadIdx.x % PACKS * VEC;
    const Pack rho = load_pack(gate + column);
    for (long long row = (long long)blockIdx.x * ROWS + threadIdx.x / PACKS; row < rows; row += (long long)gridDim.x * ROWS)
    {
        const long long at = row * WIDTH + column;
        Pack sum = load_pack(h + at);
        const Pack old = load_pack(before + at);
        if (pending)
        {
            const Pack more = load_pack(pending + at);
#pragma unroll
            for (int i = 0; i < VEC; i++) sum.v[i] = as_element(sum.v[i] + more.v[i]);
        }
#pragma unroll
        for (int i = 0; i < VEC; i++) sum.v[i] += rho.v[i] * old.v[i];
        store_pack(y + at, sum);
    }
}

// dbefore = gate ⊙ dy; partial[block] = sum over its rows of dy ⊙ before.
extern "C" __global__ void __launch_bounds__(THREADS) residual_gate_backward(
    const element* __restrict__ dy, const element* __restrict__ gate, const element* __restrict__ before, element* __restrict__ dbefore,
    float* __restrict__ partial, long long rows)
{
    __shared__ float sums[ROWS][WIDTH];
    const int lane = threadIdx.x / PACKS, column = threadIdx.x % PACKS * VEC;
    const bool live = threadIdx.x < ROWS * PACKS;
    if (live)
    {
        const Pack rho = load_pack(gate + column);
        Pack total;
#pragma unroll
        for (int i = 0; i < VEC; i++) total.v[i] = 0.f;
        for (long long row = (long long)blockIdx.x * ROWS + lane; row < rows; row += (long long)gridDim.x * ROWS)
        {
            const long long at = row * WIDTH + column;
            const Pack up = load_pack(dy + at), old = load_pack(before + at);
            Pack down;
#pragma unroll
            for (int i = 0; i < VEC; i++)
            {
                down.v[i] = rho.v[i] * up.v[i];
                total.v[i] += up.v[i] * old.v[i];
            }
            store_pack(dbefore + at, down);
        }
#pragma unroll
        for (int i = 0; i < VEC; i++) sums[lane][column + i] = total.v[i];
    }
    __syncthreads();
    for (int c = threadIdx.x; c < WIDTH; c += THREADS)
    {
        float sum = 0.f;
        for (int r = 0; r < ROWS; r++) sum += sums[r][c];
        partial[(long long)blockIdx.x * WIDTH + c] = sum;
    }
}
