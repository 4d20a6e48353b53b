// out[c] (+)= sum over r of partial[r][c], in a fixed order: 32 columns and 32 interleaved row slices a block.
constexpr int SLICES = 32;

extern "C" __global__ void __launch_bounds__(SLICES * 32) column_sum(const float* __restrict__ partial, element* __restrict__ out, long long rows, long long columns, int add)
{
    __shared__ float slices[SLICES][33];
    const int lane = threadIdx.x % 32, slice = threadIdx.x / 32;
    const long long column = (long long)blockIdx.x * 32 + lane;
    float sum = 0.f;
    if (column < columns)
    {
#pragma unroll 8
        for (long long row = slice; row < rows; row += SLICES) sum += partial[row * columns + column];
    }
    slices[slice][lane] = sum;
    __syncthreads();
    if (slice != 0 || column >= columns) return;
#pragma unroll
    for (int i = 1; i < SLICES; i++) sum += slices[i][lane];
    store_one(out + column, add ? load_one(out + column) + sum : sum);
}
