// Inverse of a unit lower-triangular [64, 64] matrix in float32, in shared memory: diagonal tiles of 16 by substitution, joined to 32 and to 64. The doubling product
// of powers would cancel catastrophically for correlated keys.
constexpr int INVERSE_ROW = 68;         // floats between rows: 16-byte loads of eight rows meet no bank twice

struct alignas(16) Four { float v[4]; };

__device__ __forceinline__ Four load_four(const float* address) { return *reinterpret_cast<const Four*>(address); }

__device__ __forceinline__ void store_four(float* address, const float (&v)[4]) { *reinterpret_cast<Four*>(address) = Four{{v[0], v[1], v[2], v[3]}}; }

// x = L^-1 for the unit lower-triangular 16 x 16 tile at the diagonal of this warp: forward substitution, a lane for each column.
__device__ __forceinline__ void invert_diagonal(const float* l, float* x, int warp, int lane)
{
    const float* tile = l + warp * 16 * INVERSE_ROW + warp * 16;
    const int column = lane & 15;
    float solved[16];
#pragma unroll
    for (int r = 0; r < 16; r++)
    {
        float sum[2] = {r == column ? 1.f : 0.f, 0.f};
#pragma unroll
        for (int i = 0; i < r; i += 4)
        {
            const Four left = load_four(tile + r * INVERSE_ROW + i);
#pragma unroll
            for (int j = 0; j < 4; j++)
                if (i + j < r) sum[j & 1] -= left.v[j] * solved[i + j];
        }
        solved[r] = sum[0] + sum[1];
    }
    if (lane < 16)
#pragma unroll
        for (int r = 0; r < 16; r++) x[(warp * 16 + r) * INVERSE_ROW + warp * 16 + column] = solved[r];
}

// sum += left [16] times right [16][4], both in shared memory.
__device__ __forceinline__ void accumulate(float (&sum)[4], const float* left, const float* right, bool none)
{
#pragma unroll
    for (int k = 0; k < 16; k += 4)
    {
        const Four row = load_four(left + k);
#pragma unroll
        for (int j = 0; j < 4; j++)
        {
            const float factor = none ? 0.f : row.v[j];
            const Four column = load_four(right + (k + j) * INVERSE_ROW);
#pragma unroll
            for (int c = 0; c < 4; c++) sum[c] += factor * column.v[c];
        }
    }
}

__device__ __forceinline__ void negate(float (&v)[4])
{
#pragma unroll
    for (int c = 0; c < 4; c++) v[c] = -v[c];
}

// Joins two inverted 16-tiles into an inverted 32-tile: below the diagonal, -X22 (L21 X11). A warp makes eight columns of a tile, so four warps have work.
// The half product lies in the tile above the diagonal, which nothing else uses.
__device__ __forceinline__ void join_16(const float* l, float* x, int warp, int lane)
{
    const int first = warp / 2 * 32, second = first + 16;
    const int row = lane / 2, column = (warp & 1) * 8 + (lane & 1) * 4;
    float half[4] = {}, whole[4] = {};
    accumulate(half, l + (second + row) * INVERSE_ROW + first, x + first * INVERSE_ROW + first + column, false);
    store_four(x + (first + row) * INVERSE_ROW + second + column, half);
    __syncwarp();
    accumulate(whole, x + (second + row) * INVERSE_ROW + second, x + first * INVERSE_ROW + second + column, false);
    negate(whole);
    store_four(x + (second + row) * INVERSE_ROW + first + column, whole);
}

// The same for two 32-tiles: a lane for each row, four columns a warp. Above a diagonal, x holds a half product where zeros are meant.
__device__ __forceinline__ void join_32(const float* l, float* x, int warp, int lane)
{
    const int column = warp * 4;
    float half[4] = {}, whole[4] = {};
    if (warp < 4) accumulate(half, l + (32 + lane) * INVERSE_ROW, x + column, false);
    accumulate(half, l + (32 + lane) * INVERSE_ROW + 16, x + 16 * INVERSE_ROW + column, false);
    store_four(x + lane * INVERSE_ROW + 32 + column, half);
    __syncwarp();
    accumulate(whole, x + (32 + lane) * INVERSE_ROW + 32, x + 32 + column, false);
    accumulate(whole, x + (32 + lane) * INVERSE_ROW + 48, x + 16 * INVERSE_ROW + 32 + column, lane < 16);
    negate(whole);
    store_four(x + (32 + lane) * INVERSE_ROW + column, whole);
}

// x in bfloat16, zeros in the tiles above the diagonal.
template <int THREADS> __device__ __forceinline__ void round_inverse(const float* x, u16* to)
{
    for (int i = threadIdx.x; i < CHUNK * CHUNK / 8; i += THREADS)
    {
        const int row = i / 8, column = i % 8 * 8;
        if (column >= 16 * (row / 16 + 1))
        {
            *reinterpret_cast<Words*>(to + row * CHUNK_ROW + column) = Words{{0, 0, 0, 0}};
            continue;
        }
        const Four low = load_four(x + row * INVERSE_ROW + column), high = load_four(x + row * INVERSE_ROW + column + 4);
        *reinterpret_cast<Words*>(to + row * CHUNK_ROW + column) = Words{{floats_to_bf16x2(low.v[0], low.v[1]), floats_to_bf16x2(low.v[2], low.v[3]),
            floats_to_bf16x2(high.v[0], high.v[1]), floats_to_bf16x2(high.v[2], high.v[3])}};
    }
}
