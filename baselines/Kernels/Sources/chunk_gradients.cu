// Gradients of q, k, g and beta of one chunk, all chunks at once, from what the two walks left (S entering, Y, dS' leaving, dR). With decay[r][i] = e^(G_r - G_i):
//   dA = tril(dO E^T),  N = dR Y^T,  dM = -stril(N) diag(beta),  E = beta . Y
//   dQ = scale e^G . (dO S^T) + scale (dA . decay) K
//   dK = -e^G . (dR S^T) + e^(G_C - G) . (E dS'^T) + scale (dA . decay)^T Q + (B + B^T) K,   B = dM . decay
//   dbeta_i = rowsum(dE . Y)_i - sum_(r > i) N[r][i] decay[r][i] k_r.k_i
//   dg_t = sum_(r >= t) loc_r + sum_(r < t) rowsum(K . third term of dK)_r + e^(G_C) sum(S . dS'),
//   loc_r = (row sum - column sum)_r of dA . A + dM . (K K^T . decay), plus rowsum(Q . first term of dQ + K . first term of dK)_r.
// No term of dg subtracts large sums from each other, which bfloat16 operands would not forgive. Without a delta rule E is V, and N, dM and dbeta are absent.
#include "tensor_core.cuh"
#include "chunk_tiles.cuh"
#include "chunk_slices.cuh"

constexpr int A_AT = 2 * TILE, DOTS_AT = A_AT + MATRIX, SLICES_AT = DOTS_AT + DELTA * DV / 16 * CHUNK * 2;

__device__ __forceinline__ float sum_of_four(float value)
{
    value += __shfl_xor_sync(0xffffffffu, value, 1);
    return value + __shfl_xor_sync(0xffffffffu, value, 2);
}

__device__ __forceinline__ float sum_of_rows(float value)
{
    value += __shfl_xor_sync(0xffffffffu, value, 4);
    value += __shfl_xor_sync(0xffffffffu, value, 8);
    return value + __shfl_xor_sync(0xffffffffu, value, 16);
}

// dq, dk: one row of KEY_WIDTH for each value head, dq_row and dk_row elements between tokens. dg may be unwanted.
extern "C" __global__ void __launch_bounds__(THREADS, DK <= 64 ? 2 : 1) chunk_gradients(
    const u16* __restrict__ query_tiles, const u16* __restrict__ key_tiles, const u16* __restrict__ v, const u16* __restrict__ dout, const u16* __restrict__ dr,
    const u16* __restrict__ a, const u16* __restrict__ y, const u16* __restrict__ states, const u16* __restrict__ dstates,
    const float* __restrict__ rows, const float* __restrict__ dots, u16* __restrict__ dq, u16* __restrict__ dk, float* __restrict__ dg, float* __restrict__ dbeta,
    long long v_row, long long dq_row, long long dk_row, int length, int chunks, int heads, int value_heads, float scale)
{
    DYNAMIC_SHARED shared[];
    __shared__ u64 arrivals[2];
    __shared__ __align__(16) float vectors[ROW_VALUES][CHUNK];
    __shared__ float row_sums[GROUPS][CHUNK], column_sums[4][CHUNK], beta_sums[4][CHUNK], kept_sums[GROUPS][CHUNK], state_sums[THREADS / 32];
    u16* keys = reinterpret_cast<u16*>(shared);
    u16* queries = keys + TILE;
    u16* slices = keys + SLICES_AT;
    u16* left_a = slices;                                               // after the slices: scale dA . decay, then B
    u16* left_b = slices + MATRIX;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g4 = lane / 4, t2 = lane % 4 * 2;
    const int row_tile = warp % 4, group = warp / 4;
    const int chunk = blockIdx.x % chunks, batch_head = blockIdx.x / chunks;
    const int batch = batch_head / value_heads, value_head = batch_head % value_heads, head = value_head / (value_heads / heads);
    const int first = chunk * CHUNK, valid = min(CHUNK, length - first);
    const long long here = blockIdx.x, first_token = (long long)batch * length + first, out_row = (long long)value_heads * VALUE_WIDTH;

    if (threadIdx.x < 2) prepare_arrival(arrivals + threadIdx.x);
    __syncthreads();
    SliceSums slice_sums;
    auto &da = slice_sums.da, &n = slice_sums.n;
    auto &out_s = slice_sums.out_s, &dr_s = slice_sums.dr_s, &e_ds = slice_sums.e_ds;
    float state_sum = 0.f;
    sum_slices(slice_sums, slices, arrivals, (2 * TILE + MATRIX) * 2 + (ROW_VALUES + DELTA * DV / 16) * CHUNK * 4,
        [&](u64* arrival)
        {
            const long long key_chunk = ((long long)batch * heads + head) * chunks + chunk;
            copy_block<THREADS>(keys, key_tiles + key_chunk * TILE, TILE * 2, arrival, threadIdx.x);
            copy_block<THREADS>(queries, query_tiles + key_chunk * TILE, TILE * 2, arrival, threadIdx.x);
            copy_block<THREADS>(keys + A_AT, a + here * MATRIX, MATRIX * 2, arrival, threadIdx.x);
            if constexpr (DELTA) copy_block<THREADS>(keys + DOTS_AT, dots + here * (DV / 16) * CHUNK, DV / 16 * CHUNK * 4, arrival, threadIdx.x);
            copy_block<THREADS>(vectors[0], rows + here * ROW_VALUES * CHUNK, ROW_VALUES * CHUNK * 4, arrival, threadIdx.x);
        },
        [&](const u16* s_slice, const u16* ds_slice)
        {
            for (int i = threadIdx.x; i < VALUE_SLICE * DK / 8; i += THREADS)
            {
                const int at = i / (DK / 8) * KEY_ROW + i % (DK / 8) * 8;
                const Words s = *reinterpret_cast<const Words*>(s_slice + at), ds = *reinterpret_cast<const Words*>(ds_slice + at);
#pragma unroll
                for (int j = 0; j < 4; j++) state_sum += low_half(s.w[j]) * low_half(ds.w[j]) + high_half(s.w[j]) * high_half(ds.w[j]);
            }
        },
        v, dout, dr, y, states, dstates, v_row, here, chunk, length, batch, value_heads, value_head);
    const float *growth = vectors[0], *beta = vectors[1], *remaining = vectors[2], *sums = vectors[3];

    // The two 64 x 64 matrices of this chunk: tokens row_tile, columns of this group.
    float kk[TOKEN_TILES][4] = {};
    if constexpr (DELTA)
        for (int inner = 0; inner < DK; inner += 16)
        {
            u32 left[4], b[4];
            load_matrices(left, rows_first(keys + row_tile * 16 * KEY_ROW + inner, KEY_ROW));
#pragma unroll
            for (int tile = 0; tile < TOKEN_TILES / 2; tile++)
                if (group * TOKENS / 16 + tile <= row_tile)
                {
                    load_matrices(b, columns_first(keys + (group * TOKENS + tile * 16) * KEY_ROW + inner, KEY_ROW));
                    multiply(kk[2 * tile], left, b[0], b[1]);
                    multiply(kk[2 * tile + 1], left, b[2], b[3]);
                }
        }
    float loc[2] = {0.f, 0.f};                                          // of rows g4 and g4 + 8
#pragma unroll
    for (int tile = 0; tile < TOKEN_TILES; tile++)
    {
        float column_sum[2] = {0.f, 0.f}, beta_sum[2] = {0.f, 0.f};
        if (group * TOKENS / 16 + tile / 2 <= row_tile)
#pragma unroll
            for (int upper = 0; upper < 2; upper++)
            {
                const int row = row_tile * 16 + upper * 8 + g4, column = group * TOKENS + tile * 8 + t2;
                const u32 stored = *reinterpret_cast<const u32*>(keys + A_AT + row * CHUNK_ROW + column);
                float to_a[2], to_b[2];
#pragma unroll
                for (int i = 0; i < 2; i++)
                {
                    const float decay = row >= column + i ? power_of_two(sums[row] - sums[column + i]) : 0.f;
                    const float gradient = row >= column + i ? da[tile][2 * upper + i] * beta[column + i] : 0.f;
                    const float inverse = DELTA && row > column + i ? n[tile][2 * upper + i] * decay : 0.f;
                    const float product = inverse * kk[tile][2 * upper + i];
                    // The diagonal would count for and against the same token, and drown what a strong decay leaves.
                    const float both = row > column + i ? gradient * (i ? high_half(stored) : low_half(stored)) - beta[column + i] * product : 0.f;
                    to_a[i] = scale * gradient * decay;
                    to_b[i] = -beta[column + i] * inverse;
                    loc[upper] += both;
                    column_sum[i] += both;
                    beta_sum[i] += product;
                }
                *reinterpret_cast<u32*>(left_a + row * CHUNK_ROW + column) = floats_to_bf16x2(to_a[0], to_a[1]);
                if constexpr (DELTA) *reinterpret_cast<u32*>(left_b + row * CHUNK_ROW + column) = floats_to_bf16x2(to_b[0], to_b[1]);
            }
#pragma unroll
        for (int i = 0; i < 2; i++)
        {
            column_sum[i] = sum_of_rows(column_sum[i]);
            beta_sum[i] = sum_of_rows(beta_sum[i]);
            if (g4 != 0) continue;
            column_sums[row_tile][group * TOKENS + tile * 8 + t2 + i] = column_sum[i];
            beta_sums[row_tile][group * TOKENS + tile * 8 + t2 + i] = beta_sum[i];
        }
    }

    // Terms through the states, scaled, with the row sums that dg needs. From here dr_s is all of dK.
    float kept[2] = {0.f, 0.f};
#pragma unroll
    for (int tile = 0; tile < TILES; tile++)
#pragma unroll
        for (int upper = 0; upper < 2; upper++)
        {
            const int row = row_tile * 16 + upper * 8 + g4, at = row * KEY_ROW + group * WIDTH + tile * 8 + t2;
            const u32 query = *reinterpret_cast<const u32*>(queries + at), key = *reinterpret_cast<const u32*>(keys + at);
            const float grown = growth[row], left = beta[row] * remaining[row];
#pragma unroll
            for (int i = 0; i < 2; i++)
            {
                float &first_term = out_s[tile][2 * upper + i], &third_term = e_ds[tile][2 * upper + i], &whole = dr_s[tile][2 * upper + i];
                const float key_value = i ? high_half(key) : low_half(key);
                first_term *= scale * grown;
                third_term *= left;
                whole *= -grown;
                loc[upper] += (i ? high_half(query) : low_half(query)) * first_term + key_value * whole;
                kept[upper] += key_value * third_term;
                whole += third_term;
            }
        }
#pragma unroll
    for (int upper = 0; upper < 2; upper++)
    {
        loc[upper] = sum_of_four(loc[upper]);
        kept[upper] = sum_of_four(kept[upper]);
        if (lane % 4 != 0) continue;
        row_sums[group][row_tile * 16 + upper * 8 + g4] = loc[upper];
        kept_sums[group][row_tile * 16 + upper * 8 + g4] = kept[upper];
    }
    state_sum = lanes_sum<32>(state_sum);
    if (lane == 0) state_sums[warp] = state_sum;
    __syncthreads();

#pragma unroll
    for (int inner = 0; inner < 4; inner++)
    {
        u32 left[4], transposed_a[4], transposed_b[4];
        if (inner <= row_tile)
        {
            u32 left_inverse[4];
            load_matrices(left, rows_first(left_a + row_tile * 16 * CHUNK_ROW + inner * 16, CHUNK_ROW));
            if constexpr (DELTA) load_matrices(left_inverse, rows_first(left_b + row_tile * 16 * CHUNK_ROW + inner * 16, CHUNK_ROW));
            const u16* key = rows_first(keys + inner * 16 * KEY_ROW + group * WIDTH, KEY_ROW);
            stream<TILES / 2, AHEAD>([&](u32 (&b)[4], int i) { load_matrices_transposed(b, key + i * 16); },
                [&](const u32 (&b)[4], int i)
                {
                    multiply(out_s[2 * i], left, b[0], b[1]);
                    multiply(out_s[2 * i + 1], left, b[2], b[3]);
                    if constexpr (DELTA)
                    {
                        multiply(dr_s[2 * i], left_inverse, b[0], b[1]);
                        multiply(dr_s[2 * i + 1], left_inverse, b[2], b[3]);
                    }
                });
        }
        if (inner < row_tile) continue;
        load_matrices_transposed(transposed_a, columns_first(left_a + inner * 16 * CHUNK_ROW + row_tile * 16, CHUNK_ROW));
        if constexpr (DELTA) load_matrices_transposed(transposed_b, columns_first(left_b + inner * 16 * CHUNK_ROW + row_tile * 16, CHUNK_ROW));
        const u16* query = rows_first(queries + inner * 16 * KEY_ROW + group * WIDTH, KEY_ROW);
        const u16* key = rows_first(keys + inner * 16 * KEY_ROW + group * WIDTH, KEY_ROW);
        stream<(1 + DELTA) * TILES / 2, AHEAD>([&](u32 (&b)[4], int i) { load_matrices_transposed(b, (i % (1 + DELTA) ? key : query) + i / (1 + DELTA) * 16); },
            [&](const u32 (&b)[4], int i)
            {
                const u32 (&operand)[4] = i % (1 + DELTA) ? transposed_b : transposed_a;
                multiply(dr_s[i / (1 + DELTA) * 2], operand, b[0], b[1]);
                multiply(dr_s[i / (1 + DELTA) * 2 + 1], operand, b[2], b[3]);
            });
    }
    // Through shared memory, where the operands have done their work, so that whole rows are written.
    __syncthreads();
#pragma unroll
    for (int upper = 0; upper < 2; upper++)
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
        {
            const int at = (row_tile * 16 + upper * 8 + g4) * KEY_ROW + group * WIDTH + tile * 8 + t2;
            *reinterpret_cast<u32*>(queries + at) = floats_to_bf16x2(out_s[tile][2 * upper], out_s[tile][2 * upper + 1]);
            *reinterpret_cast<u32*>(keys + at) = floats_to_bf16x2(dr_s[tile][2 * upper], dr_s[tile][2 * upper + 1]);
        }
    __syncthreads();
    for (int i = threadIdx.x; i < valid * (KEY_WIDTH / 8); i += THREADS)
    {
        const int row = i / (KEY_WIDTH / 8), column = i % (KEY_WIDTH / 8) * 8;
        *reinterpret_cast<Words*>(dq + (first_token + row) * dq_row + value_head * KEY_WIDTH + column) = *reinterpret_cast<const Words*>(queries + row * KEY_ROW + column);
        *reinterpret_cast<Words*>(dk + (first_token + row) * dk_row + value_head * KEY_WIDTH + column) = *reinterpret_cast<const Words*>(keys + row * KEY_ROW + column);
    }

    if (warp != 0) return;
    // A lane for tokens 2 lane and 2 lane + 1: suffix sums of loc, prefix sums of what is kept.
    float local[2], carried[2];
    float state_total = 0.f;
#pragma unroll
    for (int i = 0; i < THREADS / 32; i++) state_total += state_sums[i];
#pragma unroll
    for (int i = 0; i < 2; i++)
    {
        const int row = 2 * lane + i;
        local[i] = carried[i] = 0.f;
#pragma unroll
        for (int part = 0; part < GROUPS; part++)
        {
            local[i] += row_sums[part][row];
            carried[i] += kept_sums[part][row];
        }
        float products = 0.f;
#pragma unroll
        for (int tile = 0; tile < 4; tile++)
        {
            local[i] -= column_sums[tile][row];
            products += beta_sums[tile][row];
        }
        if (!DELTA || row >= valid) continue;
        float dot = 0.f;
#pragma unroll
        for (int part = 0; part < DV / 16; part++) dot += reinterpret_cast<const float*>(keys + DOTS_AT)[part * CHUNK + row];
        dbeta[(first_token + row) * value_heads + value_head] = dot - products;
    }
    if (!dg) return;
    float later = local[0] + local[1], earlier = carried[0] + carried[1];
#pragma unroll
    for (int distance = 1; distance < 32; distance *= 2)
    {
        const float behind = __shfl_down_sync(0xffffffffu, later, distance), ahead = __shfl_up_sync(0xffffffffu, earlier, distance);
        if (lane + distance < 32) later += behind;
        if (lane >= distance) earlier += ahead;
    }
    const float ahead = __shfl_up_sync(0xffffffffu, earlier, 1);
    const float before = lane ? ahead : 0.f;
    state_total *= growth[CHUNK - 1];
    if (2 * lane < valid) dg[(first_token + 2 * lane) * value_heads + value_head] = later + before + state_total;
    if (2 * lane + 1 < valid) dg[(first_token + 2 * lane + 1) * value_heads + value_head] = later - local[0] + before + carried[0] + state_total;
}
