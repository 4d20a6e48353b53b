// Gradients of q, k, g and beta of one chunk and a slab of key channels, with a decay for each key channel, from what chunk_state_gradients left. Equations as in
// chunk_gradients, with decay[r][i] a vector over channels, so
//   dQ_r = scale e^G . (dO S^T) + sum_i dA[r][i] K_i . decay,   row part of dK_r = -e^G . (dR S^T) + sum_i dM[r][i] K_i . decay,
//   column part of dK_i = sum_r (dA[r][i] Q_r + dM[r][i] K_r) . decay,   last part e^(G_C - G) . (E dS'^T),   dM = -stril(N) diag(beta),
//   dbeta_i = rowsum(dE . Y)_i - sum_d K_i . sum_r N[r][i] K_r . decay,
//   dg_t = sum_(r >= t) (Q . dQ + K . row part - K . column part)_r + sum_(r < t) (K . last part)_r + e^(G_C) . sum_v(S . dS').
// Decays between tokens go through the boundaries of chunk_prepare_channels: at each level tensor cores multiply the matrices' entries of that level by scaled keys and
// queries, and the sums are scaled for the other side. The diagonal of dA, which needs no decay, would count for and against the same token in dg: it is added to dQ and dK only.
// A thread keeps two channels of 4 tokens in registers. Sums between tensor cores and these threads are handed over in bfloat16.
#include "tensor_core.cuh"
#include "chunk_tiles.cuh"

constexpr int SLAB = 32, SLABS = DK / SLAB, PAIRS = SLAB / 2, GROUP = 4, GROUPS = CHUNK / GROUP;
constexpr int THREADS = GROUPS * PAIRS;
constexpr int SLAB_ROW = SLAB + 8, SLAB_TILE = CHUNK * SLAB_ROW;
constexpr int MATRICES = 1 + 2 * DELTA, TERMS = 2 + DELTA;
constexpr int QUERIES_AT = SLAB_TILE, FIRST_AT = 2 * SLAB_TILE, SECOND_AT = 3 * SLAB_TILE, MATRICES_AT = (3 + DELTA) * SLAB_TILE;

template <int BLOCK> struct Block { static constexpr int VALUE = BLOCK; };

__device__ __forceinline__ float2 halves(u32 pair) { return make_float2(low_half(pair), high_half(pair)); }

__device__ __forceinline__ void add_product(float2& sum, float2 a, float2 b)
{
    sum.x += a.x * b.x;
    sum.y += a.y * b.y;
}

// Calls column(t, factor) and row(t, factor) for the tokens of this thread, by the side they are on among blocks of BLOCK tokens.
template <int BLOCK, class Row, class Column> __device__ __forceinline__ void visit(const float2 (&decay)[GROUP], const float* totals, int group, Row row, Column column)
{
    float2 factor = make_float2(1.f, 1.f);
    if constexpr (BLOCK < GROUP)
    {
#pragma unroll
        for (int first = 0; first < GROUP; first += 2 * BLOCK)
        {
            factor = make_float2(1.f, 1.f);
#pragma unroll
            for (int t = first + BLOCK - 1; t >= first; t--)
            {
                column(t, factor);
                factor = both(factor, decay[t]);
            }
            factor = make_float2(1.f, 1.f);
#pragma unroll
            for (int t = first + BLOCK; t < first + 2 * BLOCK; t++)
            {
                factor = both(factor, decay[t]);
                row(t, factor);
            }
        }
    }
    else
    {
        constexpr int SPAN = BLOCK / GROUP;
        if (group & SPAN)
        {
            for (int other = group & ~(SPAN - 1); other < group; other++) factor = both(factor, *reinterpret_cast<const float2*>(totals + other * SLAB));
#pragma unroll
            for (int t = 0; t < GROUP; t++)
            {
                factor = both(factor, decay[t]);
                row(t, factor);
            }
        }
        else
        {
            for (int other = group + 1; other <= (group | (SPAN - 1)); other++) factor = both(factor, *reinterpret_cast<const float2*>(totals + other * SLAB));
#pragma unroll
            for (int t = GROUP - 1; t >= 0; t--)
            {
                column(t, factor);
                factor = both(factor, decay[t]);
            }
        }
    }
}

// Whether two tokens of a 16-token tile lie in the two blocks of a pair.
__device__ __forceinline__ bool meet_at(int row, int column, int block) { return (row & block) && !(column & block) && (row ^ column) < 2 * block; }

// A left operand without the entries of other levels. Turned: its rows are the columns of the matrix.
template <int BLOCK, bool TURNED> __device__ __forceinline__ void keep_level(u32 (&operand)[4])
{
    const int g4 = threadIdx.x % 32 / 4, t2 = threadIdx.x % 4 * 2;
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        const int row = g4 + (i & 1) * 8, inner = t2 + (i >> 1) * 8;
        const bool low = TURNED ? meet_at(inner, row, BLOCK) : meet_at(row, inner, BLOCK);
        const bool high = TURNED ? meet_at(inner + 1, row, BLOCK) : meet_at(row, inner + 1, BLOCK);
        operand[i] &= (low ? 0xffffu : 0u) | (high ? 0xffff0000u : 0u);
    }
}

// sum += left [16 x 16] times right [16][SLAB].
__device__ __forceinline__ void add_tile(float (&sum)[4][4], const u32 (&left)[4], const u16* right)
{
#pragma unroll
    for (int i = 0; i < 2; i++)
    {
        u32 b[4];
        load_matrices_transposed(b, rows_first(right + i * 16, SLAB_ROW));
        multiply(sum[2 * i], left, b[0], b[1]);
        multiply(sum[2 * i + 1], left, b[2], b[3]);
    }
}

// One of the two products of a level, for 16 tokens: rows times `right_rows` where they are the later block, and turned columns times `right_columns`
// where they are the earlier one.
template <int BLOCK> __device__ __forceinline__ void multiply_level(
    u16* to, const u16* of_rows, const u16* right_rows, const u16* of_columns, const u16* right_columns, int row_tile)
{
    float sum[4][4] = {};
    u32 left[4];
    if constexpr (BLOCK < 16)
    {
        const int diagonal = row_tile * 16 * CHUNK_ROW + row_tile * 16;
        load_matrices(left, rows_first(of_rows + diagonal, CHUNK_ROW));
        keep_level<BLOCK, false>(left);
        add_tile(sum, left, right_rows + row_tile * 16 * SLAB_ROW);
        load_matrices_transposed(left, columns_first(of_columns + diagonal, CHUNK_ROW));
        keep_level<BLOCK, true>(left);
        add_tile(sum, left, right_columns + row_tile * 16 * SLAB_ROW);
    }
    else
    {
        constexpr int SPAN = BLOCK / 16;
        const int partner = (row_tile ^ SPAN) & ~(SPAN - 1);
#pragma unroll
        for (int i = 0; i < SPAN; i++)
        {
            const int inner = partner + i;
            if (row_tile & SPAN)
            {
                load_matrices(left, rows_first(of_rows + row_tile * 16 * CHUNK_ROW + inner * 16, CHUNK_ROW));
                add_tile(sum, left, right_rows + inner * 16 * SLAB_ROW);
            }
            else
            {
                load_matrices_transposed(left, columns_first(of_columns + inner * 16 * CHUNK_ROW + row_tile * 16, CHUNK_ROW));
                add_tile(sum, left, right_columns + inner * 16 * SLAB_ROW);
            }
        }
    }
    const int lane = threadIdx.x % 32;
    to += (row_tile * 16 + lane / 4) * SLAB_ROW + lane % 4 * 2;
#pragma unroll
    for (int tile = 0; tile < 4; tile++)
#pragma unroll
        for (int upper = 0; upper < 2; upper++)
            *reinterpret_cast<u32*>(to + upper * 8 * SLAB_ROW + tile * 8) = floats_to_bf16x2(sum[tile][2 * upper], sum[tile][2 * upper + 1]);
}

// q, k with q_row, k_row elements between tokens; g, beta (in factors), matrices, terms, state_sums and dots as the other kernels leave them
// -> dq, dk: one row of KEY_WIDTH for each value head, dq_row and dk_row elements between tokens; dg [B, L, HV, KEY_WIDTH]; dbeta [SLABS, B, L, HV], to be summed.
extern "C" __global__ void __launch_bounds__(THREADS, 2) chunk_gradients_channels(
    const u16* __restrict__ q, const u16* __restrict__ k, const float* __restrict__ g, const float* __restrict__ factors, const u16* __restrict__ matrices,
    const u16* __restrict__ terms, const float* __restrict__ state_sums, const float* __restrict__ dots, u16* __restrict__ dq, u16* __restrict__ dk,
    float* __restrict__ dg, float* __restrict__ dbeta, long long q_row, long long k_row, long long dq_row, long long dk_row,
    int length, int chunks, int heads, int value_heads, int batches, float scale)
{
    DYNAMIC_SHARED shared[];
    __shared__ u64 arrival;
    __shared__ float all_totals[GROUPS * SLAB], exchanged[2][GROUPS * SLAB];
    u16* keys = reinterpret_cast<u16*>(shared);
    u16* queries = keys + QUERIES_AT;
    u16 *first_sums = keys + FIRST_AT, *second_sums = keys + SECOND_AT;
    u16* of_attention = keys + MATRICES_AT;
    u16 *of_inverse = of_attention + MATRIX, *of_weighted = of_attention + 2 * MATRIX;
    const int slab = blockIdx.x % SLABS;
    const long long here = blockIdx.x / SLABS;
    const int chunk = here % chunks, batch_head = here / chunks, batch = batch_head / value_heads, value_head = batch_head % value_heads;
    const int head = value_head / (value_heads / heads), first = chunk * CHUNK, valid = min(CHUNK, length - first);
    const long long first_token = (long long)batch * length + first;

    if (threadIdx.x == 0) prepare_arrival(&arrival);
    __syncthreads();
    expect_bytes(&arrival, MATRICES * MATRIX * 2, threadIdx.x);
    copy_block<THREADS>(of_attention, matrices + here * MATRICES * MATRIX, MATRICES * MATRIX * 2, &arrival, threadIdx.x);
    commit_copies();

    const int group = threadIdx.x / PAIRS, column = threadIdx.x % PAIRS * 2, channel = slab * SLAB + column, at = group * GROUP * SLAB_ROW + column;
    const float* totals = all_totals + column;
    u32 key[GROUP], query[GROUP];
    float2 decay[GROUP], total = make_float2(1.f, 1.f);
#pragma unroll
    for (int t = 0; t < GROUP; t++)
    {
        const int token = group * GROUP + t;
        const bool there = token < valid && channel < KEY_WIDTH;
        key[t] = there ? *reinterpret_cast<const u32*>(k + (first_token + token) * k_row + head * KEY_WIDTH + channel) : 0u;
        query[t] = there ? *reinterpret_cast<const u32*>(q + (first_token + token) * q_row + head * KEY_WIDTH + channel) : 0u;
        decay[t] = there ? *reinterpret_cast<const float2*>(g + ((first_token + token) * value_heads + value_head) * KEY_WIDTH + channel) : make_float2(0.f, 0.f);
    }
#pragma unroll
    for (int t = 0; t < GROUP; t++)
    {
        decay[t] = make_float2(power_of_two(decay[t].x * LOG2_E), power_of_two(decay[t].y * LOG2_E));
        total = both(total, decay[t]);
        // Rows of queries that a level does not scale meet entries that are zero: they only have to be finite.
        *reinterpret_cast<u32*>(queries + at + t * SLAB_ROW) = query[t];
    }
    *reinterpret_cast<float2*>(all_totals + group * SLAB + column) = total;
    wait_copies<0>();
    wait_arrival(&arrival, 0);
    __syncthreads();

    const float* beta = factors + here * FACTORS + group * GROUP;
    // Four warps, 16 tokens each, for either product.
    const int row_tile = threadIdx.x / 32 % 4, product = threadIdx.x / 128;
    float2 from_rows[GROUP], row_keys[GROUP], column_keys[GROUP];
    float dot[GROUP];
#pragma unroll
    for (int t = 0; t < GROUP; t++)
    {
        from_rows[t] = row_keys[t] = column_keys[t] = make_float2(0.f, 0.f);
        dot[t] = 0.f;
    }
    auto level = [&](auto block)
    {
        constexpr int BLOCK = decltype(block)::VALUE;
        visit<BLOCK>(decay, totals, group,
            [&](int t, float2 factor)
            {
                *reinterpret_cast<u32*>(keys + at + t * SLAB_ROW) = scaled(key[t], factor);
                *reinterpret_cast<u32*>(queries + at + t * SLAB_ROW) = scaled(query[t], factor);
            },
            [&](int t, float2 factor) { *reinterpret_cast<u32*>(keys + at + t * SLAB_ROW) = scaled(key[t], factor); });
        __syncthreads();
        if (product == 0) multiply_level<BLOCK>(first_sums, of_attention, keys, of_attention, queries, row_tile);
        else if (DELTA) multiply_level<BLOCK>(second_sums, of_weighted, keys, of_inverse, keys, row_tile);
        __syncthreads();
        visit<BLOCK>(decay, totals, group,
            [&](int t, float2 factor)
            {
                add_product(from_rows[t], factor, halves(*reinterpret_cast<const u32*>(first_sums + at + t * SLAB_ROW)));
                if constexpr (DELTA) add_product(row_keys[t], factor, halves(*reinterpret_cast<const u32*>(second_sums + at + t * SLAB_ROW)));
            },
            [&](int t, float2 factor)
            {
                float2 sum = halves(*reinterpret_cast<const u32*>(first_sums + at + t * SLAB_ROW));
                if constexpr (DELTA)
                {
                    const float2 inner = halves(*reinterpret_cast<const u32*>(second_sums + at + t * SLAB_ROW)), own = halves(key[t]);
                    dot[t] += own.x * factor.x * inner.x + own.y * factor.y * inner.y;
                    const float strength = beta[t];
                    sum = make_float2(sum.x - strength * inner.x, sum.y - strength * inner.y);
                }
                add_product(column_keys[t], factor, sum);
            });
    };
    level(Block<1>());
    level(Block<2>());
    level(Block<4>());
    level(Block<8>());
    level(Block<16>());
    level(Block<32>());

    // Terms through the states; then what each token adds to the gradients of decays before it (loc) and after it (kept).
    const u16* own_terms = terms + here * TERMS * TILE + group * GROUP * KEY_ROW + channel;
    float2 before = make_float2(1.f, 1.f), after = make_float2(1.f, 1.f), whole = make_float2(1.f, 1.f);
    for (int other = 0; other < GROUPS; other++)
    {
        const float2 part = *reinterpret_cast<const float2*>(totals + other * SLAB);
        if (other < group) before = both(before, part);
        if (other > group) after = both(after, part);
        whole = both(whole, part);
    }
    float2 loc[GROUP], kept[GROUP], loc_sum = make_float2(0.f, 0.f), kept_sum = make_float2(0.f, 0.f);
#pragma unroll
    for (int t = 0; t < GROUP; t++)
    {
        before = both(before, decay[t]);
        add_product(from_rows[t], make_float2(scale * before.x, scale * before.y), halves(*reinterpret_cast<const u32*>(own_terms + t * KEY_ROW)));
        if constexpr (DELTA) add_product(row_keys[t], make_float2(-before.x, -before.y), halves(*reinterpret_cast<const u32*>(own_terms + 2 * TILE + t * KEY_ROW)));
        const float2 own = halves(key[t]), asks = halves(query[t]);
        loc[t] = make_float2(asks.x * from_rows[t].x + own.x * (row_keys[t].x - column_keys[t].x), asks.y * from_rows[t].y + own.y * (row_keys[t].y - column_keys[t].y));
        loc_sum.x += loc[t].x;
        loc_sum.y += loc[t].y;
    }
#pragma unroll
    for (int t = GROUP - 1; t >= 0; t--)
    {
        const int token = group * GROUP + t;
        const float strength = beta[t], diagonal = bf16_to_float(of_attention[token * CHUNK_ROW + token]);
        const float2 own = halves(key[t]), asks = halves(query[t]), term = halves(*reinterpret_cast<const u32*>(own_terms + TILE + t * KEY_ROW));
        const float2 last = make_float2(strength * after.x * term.x, strength * after.y * term.y);
        after = both(after, decay[t]);
        kept[t] = both(own, last);
        kept_sum.x += kept[t].x;
        kept_sum.y += kept[t].y;
        if (token < valid && channel < KEY_WIDTH)
        {
            *reinterpret_cast<u32*>(dq + (first_token + token) * dq_row + value_head * KEY_WIDTH + channel) =
                floats_to_bf16x2(from_rows[t].x + diagonal * own.x, from_rows[t].y + diagonal * own.y);
            *reinterpret_cast<u32*>(dk + (first_token + token) * dk_row + value_head * KEY_WIDTH + channel) =
                floats_to_bf16x2(row_keys[t].x + column_keys[t].x + last.x + diagonal * asks.x, row_keys[t].y + column_keys[t].y + last.y + diagonal * asks.y);
        }
    }
    *reinterpret_cast<float2*>(exchanged[0] + group * SLAB + column) = loc_sum;
    *reinterpret_cast<float2*>(exchanged[1] + group * SLAB + column) = kept_sum;
    __syncthreads();
    const float2 state_sum = *reinterpret_cast<const float2*>(state_sums + here * DK + channel);
    float2 later = make_float2(0.f, 0.f), earlier = both(whole, state_sum);
    for (int other = 0; other < GROUPS; other++)
    {
        const float2 part = *reinterpret_cast<const float2*>(exchanged[other < group] + other * SLAB + column);
        if (other < group) earlier = make_float2(earlier.x + part.x, earlier.y + part.y);
        if (other > group) later = make_float2(later.x + part.x, later.y + part.y);
    }
#pragma unroll
    for (int t = 0; t < GROUP; t++)
    {
        const float2 own = kept[t];
        kept[t] = earlier;
        earlier = make_float2(earlier.x + own.x, earlier.y + own.y);
    }
#pragma unroll
    for (int t = GROUP - 1; t >= 0; t--)
    {
        const int token = group * GROUP + t;
        later = make_float2(later.x + loc[t].x, later.y + loc[t].y);
        if (token < valid && channel < KEY_WIDTH)
            *reinterpret_cast<float2*>(dg + ((first_token + token) * value_heads + value_head) * KEY_WIDTH + channel) = make_float2(later.x + kept[t].x, later.y + kept[t].y);
    }

    if constexpr (DELTA)
    {
#pragma unroll
        for (int t = 0; t < GROUP; t++)
        {
            float part = -lanes_sum<PAIRS>(dot[t]);
            const int token = group * GROUP + t;
            if (threadIdx.x % PAIRS != t || token >= valid) continue;
            if (slab == 0)
                for (int i = 0; i < DV / 16; i++) part += dots[(here * (DV / 16) + i) * CHUNK + token];
            dbeta[((long long)slab * batches * length + first_token + token) * value_heads + value_head] = part;
        }
    }
}
