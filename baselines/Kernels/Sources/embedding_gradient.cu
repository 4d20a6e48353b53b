// Gradient of the rows of a table that tokens selected: sums in float32, in the order of the tokens, so that it repeats to the last bit.
// Constants: WIDTH, columns of the table; PER_LANE, columns a lane holds.
constexpr int ROWS = 32, WARPS = 8, OWN = ROWS / WARPS, TILE = 1024, COLUMN_BLOCKS = WIDTH / (32 * PER_LANE);

__device__ __forceinline__ void load_columns(const element* from, float (&to)[PER_LANE])
{
    if constexpr (PER_LANE == VEC)
    {
        const Pack pack = load_pack(from);
#pragma unroll
        for (int c = 0; c < PER_LANE; c++) to[c] = pack.v[c];
    }
    else
    {
#pragma unroll
        for (int c = 0; c < PER_LANE; c++) to[c] = load_one(from + c);
    }
}

// One block: 32 rows of the table (x), 32 · PER_LANE of its columns (y, fast), one slice of the tokens (y, slow). Each row belongs to one warp, so that nobody waits for anybody.
// With one slice the sums are the result; with several they are partial [slices, vocabulary, WIDTH], which embedding_sum adds up.
extern "C" __global__ void __launch_bounds__(256) embedding_gradient(
    const long long* __restrict__ ids, const element* __restrict__ upstream, element* __restrict__ result, float* __restrict__ partial, long long tokens, int vocabulary)
{
    __shared__ u32 list[TILE];
    __shared__ int totals[WARPS];
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, first = blockIdx.x * ROWS, column = (blockIdx.y % COLUMN_BLOCKS * 32 + lane) * PER_LANE;
    const int slice = blockIdx.y / COLUMN_BLOCKS, slices = gridDim.y / COLUMN_BLOCKS;
    const long long each = (tokens + slices - 1) / slices, begin = slice * each, end = min(tokens, begin + each);
    float sum[OWN][PER_LANE] = {};
    for (long long base = begin; base < end; base += TILE)
    {
        // The tile's tokens that selected a row of this block, in their order: place in the tile, row.
        u32 found[4];
        int count = 0;
#pragma unroll
        for (int k = 0; k < 4; k++)
        {
            const int place = threadIdx.x * 4 + k;
            const long long row = base + place < end ? ids[base + place] - first : -1;
            const bool here = row >= 0 && row < ROWS;
            found[k] = here ? (u32)place << 8 | (u32)row : ~0u;
            count += here;
        }
        int upTo = count;
#pragma unroll
        for (int distance = 1; distance < 32; distance *= 2)
        {
            const int other = __shfl_up_sync(~0u, upTo, distance);
            if (lane >= distance) upTo += other;
        }
        if (lane == 31) totals[warp] = upTo;
        __syncthreads();
        int total = 0, place = upTo - count;
#pragma unroll
        for (int w = 0; w < WARPS; w++)
        {
            if (w < warp) place += totals[w];
            total += totals[w];
        }
#pragma unroll
        for (int k = 0; k < 4; k++)
            if (found[k] != ~0u) list[place++] = found[k];
        __syncthreads();

        for (int start = 0; start < total; start += 32)
        {
            const u32 entry = start + lane < total ? list[start + lane] : 0;
            u32 mine = __ballot_sync(~0u, start + lane < total && entry % WARPS == warp);
            while (mine)
            {
                // Four at a time, so that their reads are under way together.
                float read[4][PER_LANE] = {};
                int slot[4];
#pragma unroll
                for (int k = 0; k < 4; k++)
                {
                    const u32 taken = __shfl_sync(~0u, entry, mine ? __ffs(mine) - 1 : 0);
                    slot[k] = mine ? (int)(taken & 255) / WARPS : -1;
                    if (mine) load_columns(upstream + (base + (taken >> 8)) * WIDTH + column, read[k]);
                    mine &= mine - 1;
                }
#pragma unroll
                for (int k = 0; k < 4; k++)
                {
#pragma unroll
                    for (int s = 0; s < OWN; s++)
                    {
#pragma unroll
                        for (int c = 0; c < PER_LANE; c++) sum[s][c] += slot[k] == s ? read[k][c] : 0.f;
                    }
                }
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int s = 0; s < OWN; s++)
    {
        const long long row = first + s * WARPS + warp;
        if (row >= vocabulary) continue;
#pragma unroll
        for (int c = 0; c < PER_LANE; c++)
        {
            if (slices == 1) store_one(result + row * WIDTH + column + c, sum[s][c]);
            else partial[(slice * (long long)vocabulary + row) * WIDTH + column + c] = sum[s][c];
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) embedding_sum(const float* __restrict__ partial, element* __restrict__ result, long long count, int slices)
{
    const long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= count) return;
    float sum = 0;
    for (int slice = 0; slice < slices; slice++) sum += partial[slice * count + i];
    store_one(result + i, sum);
}
