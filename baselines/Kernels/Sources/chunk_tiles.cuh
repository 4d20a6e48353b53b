// What all kernels of the chunked recurrences share. A chunk is 64 tokens of one (batch row, head). Widths DK and DV are KEY_WIDTH and VALUE_WIDTH padded to whole
// tiles; padding lives in shared memory only and is zero. Rows in shared memory are 16 bytes longer than their data, which frees ldmatrix of bank conflicts.
constexpr int CHUNK = 64;
constexpr int KEY_ROW = DK + 8;         // elements between rows of a [64, DK] tile
constexpr int CHUNK_ROW = CHUNK + 8;    // elements between rows of a [64, 64] tile
constexpr int TILE = CHUNK * KEY_ROW, MATRIX = CHUNK * CHUNK_ROW;      // elements of either; scratch in global memory has the same rows, so one copy moves a whole tile
constexpr int ROW_VALUES = 4;           // per token and value head, float32: e^G, beta, e^(G_C - G), G log2(e)
constexpr int FACTORS = CHANNEL_DECAY ? CHUNK + DK : ROW_VALUES * CHUNK;    // floats of a chunk: those, or with a decay for each key channel beta, then e^(G_C)
constexpr int SPLIT = DK >= 96 ? 2 : 1; // warps that share the state of 16 value columns, by key columns: halves the longest chain of products
constexpr int PART = DK / SPLIT;

__device__ __forceinline__ float low_half(u32 pair) { return __uint_as_float(pair << 16); }

__device__ __forceinline__ float high_half(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }

__device__ __forceinline__ u32 scaled(u32 pair, float2 by) { return floats_to_bf16x2(low_half(pair) * by.x, high_half(pair) * by.y); }

__device__ __forceinline__ float2 both(float2 a, float2 b) { return make_float2(a.x * b.x, a.y * b.y); }

// Two warps that each hold the sums over half of the inner dimension exchange them and both go on with the whole. `mine`, `theirs`: 1024 floats each.
__device__ __forceinline__ void add_other_half(float (&sum)[8][4], float* mine, const float* theirs, int barrier)
{
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int tile = 0; tile < 8; tile++) *reinterpret_cast<float4*>(mine + (tile * 32 + lane) * 4) = make_float4(sum[tile][0], sum[tile][1], sum[tile][2], sum[tile][3]);
    meet(barrier, 64);
#pragma unroll
    for (int tile = 0; tile < 8; tile++)
    {
        const float4 other = *reinterpret_cast<const float4*>(theirs + (tile * 32 + lane) * 4);
        sum[tile][0] += other.x;
        sum[tile][1] += other.y;
        sum[tile][2] += other.z;
        sum[tile][3] += other.w;
    }
}

// Starts copying rows [0, ROWS) of WIDTH elements, those below `valid` from memory and zeros for the rest, with THREADS threads of which this is number `thread`.
template <int ROWS, int WIDTH, int THREADS> __device__ __forceinline__ void copy_rows(u16* to, int to_row, const u16* from, long long from_row, int valid, int thread)
{
    constexpr int PARTS = WIDTH / 8;
#pragma unroll 4
    for (int i = thread; i < ROWS * PARTS; i += THREADS)
    {
        const int row = i / PARTS, column = i % PARTS * 8;
        copy_async(to + row * to_row + column, from + (row < valid ? row * from_row : 0) + column, row < valid);
    }
}

// Contiguous memory from shared to global, by ordinary stores: the copy engine would take them only after the loads it has.
template <int THREADS> __device__ __forceinline__ void write_block(u16* to, const u16* from, int elements, int thread)
{
#pragma unroll 4
    for (int i = thread * 8; i < elements; i += THREADS * 8) *reinterpret_cast<Words*>(to + i) = *reinterpret_cast<const Words*>(from + i);
}

template <int THREADS> __device__ __forceinline__ void clear_shared(unsigned char* memory, int bytes)
{
    for (int i = threadIdx.x; i < bytes / 16; i += THREADS) reinterpret_cast<Words*>(memory)[i] = Words{{0, 0, 0, 0}};
}
