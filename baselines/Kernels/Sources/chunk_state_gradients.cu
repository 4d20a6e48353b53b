// With a decay for each key channel the gradients of a chunk take two kernels. This one makes what needs the value columns, all chunks at once:
//   scale tril(dO E^T), stril(N), -stril(N) diag(beta) with N = dR Y^T and E = beta . Y;   dO S^T, Y dS'^T, dR S^T;   sum over value columns of S . dS', for each channel.
// Without a delta rule Y is V, and the matrices of N and dR S^T are absent. chunk_gradients_channels does the rest. A launch makes the `run` chunks from first_chunk on,
// where it can beside chunk_reverse for those before them.
#include "tensor_core.cuh"
#include "chunk_tiles.cuh"
#include "chunk_slices.cuh"

constexpr int MATRICES = 1 + 2 * DELTA, TERMS = 2 + DELTA;
constexpr int PAIRS = DK / 2, ROW_GROUPS = THREADS / PAIRS;         // threads of a row of the states, two channels each

// dout, dr [B, L, HV, VALUE_WIDTH]; y, states, dstates, factors as of the walks -> matrices [B HV, chunks, MATRICES, 64, CHUNK_ROW], terms [B HV, chunks, TERMS, 64, KEY_ROW]
// bfloat16, of the former only tiles on and below the diagonal; state_sums [B HV, chunks, DK] float32.
extern "C" __global__ void __launch_bounds__(THREADS, DK <= 64 ? 2 : 1) chunk_state_gradients(
    const u16* __restrict__ v, const u16* __restrict__ dout, const u16* __restrict__ dr, const u16* __restrict__ y, const u16* __restrict__ states,
    const u16* __restrict__ dstates, const float* __restrict__ factors, u16* __restrict__ matrices, u16* __restrict__ terms, float* __restrict__ state_sums,
    long long v_row, int length, int chunks, int first_chunk, int run, int value_heads, float scale)
{
    DYNAMIC_SHARED shared[];
    __shared__ u64 arrivals[2];
    __shared__ __align__(16) float beta[CHUNK];
    __shared__ float parts[ROW_GROUPS][DK];
    u16* slices = reinterpret_cast<u16*>(shared);
    u16* terms_out = slices;                                            // after the slices
    u16* matrices_out = slices + TERMS * TILE;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g4 = lane / 4, t2 = lane % 4 * 2;
    const int row_tile = warp % 4, group = warp / 4;
    const int chunk = first_chunk + blockIdx.x % run, batch_head = blockIdx.x / run, batch = batch_head / value_heads, value_head = batch_head % value_heads;
    const int row_group = threadIdx.x / PAIRS, channel = threadIdx.x % PAIRS * 2;
    const long long here = (long long)batch_head * chunks + chunk;

    if (threadIdx.x < 2) prepare_arrival(arrivals + threadIdx.x);
    __syncthreads();
    SliceSums sums;
    float2 state_sum = make_float2(0.f, 0.f);
    sum_slices(sums, slices, arrivals, CHUNK * 4, [&](u64* arrival) { copy_block<THREADS>(beta, factors + here * FACTORS, CHUNK * 4, arrival, threadIdx.x); },
        [&](const u16* s_slice, const u16* ds_slice)
        {
            if (row_group < ROW_GROUPS)
                for (int row = row_group; row < VALUE_SLICE; row += ROW_GROUPS)
                {
                    const u32 s = *reinterpret_cast<const u32*>(s_slice + row * KEY_ROW + channel), ds = *reinterpret_cast<const u32*>(ds_slice + row * KEY_ROW + channel);
                    state_sum.x += low_half(s) * low_half(ds);
                    state_sum.y += high_half(s) * high_half(ds);
                }
        },
        v, dout, dr, y, states, dstates, v_row, here, chunk, length, batch, value_heads, value_head);

    if (row_group < ROW_GROUPS) *reinterpret_cast<float2*>(parts[row_group] + channel) = state_sum;
#pragma unroll
    for (int upper = 0; upper < 2; upper++)
    {
        const int row = row_tile * 16 + upper * 8 + g4;
#pragma unroll
        for (int tile = 0; tile < TOKEN_TILES; tile++)
        {
            const int column = group * TOKENS + tile * 8 + t2;
            if (column / 16 > row_tile) continue;
            float attention[2], inverse[2];
#pragma unroll
            for (int i = 0; i < 2; i++)
            {
                attention[i] = row >= column + i ? scale * beta[column + i] * sums.da[tile][2 * upper + i] : 0.f;
                inverse[i] = DELTA && row > column + i ? sums.n[tile][2 * upper + i] : 0.f;
            }
            u16* to = matrices_out + row * CHUNK_ROW + column;
            *reinterpret_cast<u32*>(to) = floats_to_bf16x2(attention[0], attention[1]);
            if constexpr (DELTA)
            {
                *reinterpret_cast<u32*>(to + MATRIX) = floats_to_bf16x2(inverse[0], inverse[1]);
                *reinterpret_cast<u32*>(to + 2 * MATRIX) = floats_to_bf16x2(-beta[column] * inverse[0], -beta[column + 1] * inverse[1]);
            }
        }
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
        {
            u16* to = terms_out + row * KEY_ROW + group * WIDTH + tile * 8 + t2;
            *reinterpret_cast<u32*>(to) = floats_to_bf16x2(sums.out_s[tile][2 * upper], sums.out_s[tile][2 * upper + 1]);
            *reinterpret_cast<u32*>(to + TILE) = floats_to_bf16x2(sums.e_ds[tile][2 * upper], sums.e_ds[tile][2 * upper + 1]);
            if constexpr (DELTA) *reinterpret_cast<u32*>(to + 2 * TILE) = floats_to_bf16x2(sums.dr_s[tile][2 * upper], sums.dr_s[tile][2 * upper + 1]);
        }
    }
    publish_stores();
    __syncthreads();
    store_block<THREADS>(terms + here * TERMS * TILE, terms_out, TERMS * TILE * 2, threadIdx.x);
    store_block<THREADS>(matrices + here * MATRICES * MATRIX, matrices_out, MATRICES * MATRIX * 2, threadIdx.x);
    for (int i = threadIdx.x; i < DK; i += THREADS)
    {
        float sum = 0.f;
#pragma unroll
        for (int part = 0; part < ROW_GROUPS; part++) sum += parts[part][i];
        state_sums[here * DK + i] = sum;
    }
    wait_stores();
    if (blockIdx.x == gridDim.x - 1) wait_for_producers();      // the kernel that this one ran beside ends before it
}
