// What kernels for models of width 128 share: a block of two warpgroups keeps 128 rows on chip, in panels for warpgroup products, and runs through slices of weights that are
// copied ahead. Behind tensor_core.cuh and warpgroup.cuh.
constexpr int WIDTH = 128, ROWS = 128, THREADS = 256, INNER = WIDTH / 16, PIECES = WIDTH / 8;
constexpr int TILE = ROWS * (WIDTH + 8);                    // elements: the rows' panels, with room for rows of results that wait for wide stores

// Zeros beyond the last row.
__device__ __forceinline__ void load_tile(u16* to, const u16* from, long long first, long long rows)
{
    const int row = threadIdx.x / PIECES, piece = threadIdx.x % PIECES;
    u16* at = to + panels_place<ROWS>(row, piece);
    const u16* source = from + (first + row) * WIDTH + piece * 8;
#pragma unroll
    for (int line = 0; line < ROWS; line += THREADS / PIECES) // 16 rows on, the place differs by a constant
    {
        const bool live = first + row + line < rows;
        copy_async(at + line * 64, live ? source + line * WIDTH : from, live);
    }
}

// The 16 rows of this warp as left operands.
__device__ __forceinline__ void load_left(u32 (&left)[INNER][4], const u16* tile)
{
    const int lane = threadIdx.x % 32, row = threadIdx.x / 32 * 16 + (lane & 15);
#pragma unroll
    for (int inner = 0; inner < INNER; inner++)
        load_matrices(left[inner], tile + panels_place<ROWS>(row, inner * 2 + (lane >> 4)));
}

// Every thread's copies of the next slice have arrived and may be read by products.
template <int PENDING> __device__ __forceinline__ void next_slice()
{
    wait_copies<PENDING>();
    publish_stores();
    __syncthreads();
}

// Two neighbouring sums as stored elements.
__device__ __forceinline__ float2 rounded(float low, float high)
{
    const u32 both = floats_to_bf16x2(low, high);
    return make_float2(__uint_as_float(both << 16), __uint_as_float(both & 0xffff0000u));
}

// Rows of a warp's 16 x WIDTH sums to global memory, by way of `wait` [16][WIDTH + 8].
__device__ __forceinline__ void write_sums(u16* to, u16* wait, const float (&sum)[WIDTH / 8][4], long long first, long long rows)
{
    const int lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
#pragma unroll
    for (int column = 0; column < WIDTH / 8; column++)
#pragma unroll
        for (int half = 0; half < 2; half++)
            *reinterpret_cast<u32*>(wait + (g + 8 * half) * (WIDTH + 8) + column * 8 + t2) = floats_to_bf16x2(sum[column][2 * half], sum[column][2 * half + 1]);
    __syncwarp();
    for (int i = lane; i < 16 * WIDTH / 8; i += 32)
    {
        const int row = i / (WIDTH / 8), pack = i % (WIDTH / 8) * 8;
        if (first + row < rows) *reinterpret_cast<Words*>(to + (first + row) * WIDTH + pack) = *reinterpret_cast<const Words*>(wait + row * (WIDTH + 8) + pack);
    }
}
