// Carries the gradient of the state back through the chunks, last one first; dS' is the gradient of the state that leaves a chunk, dS of the one that enters:
//   dE = A^T dO + e^(G_C - G) . (K dS'),  dR = Z^T (beta . dE) = dV,  dS = e^(G_C) dS' + scale (e^G . Q)^T dO - (e^G . K)^T dR,
// and rowsum(dE . Y), part of the gradient of beta. Without a delta rule dV is dE and the last term of dS is absent. With a decay for each key channel
// the tiles hold the decays: dE = A^T dO + K^ dS', dS = e^(G_C) . dS' + scale Q~^T dO - K~^T dR. A warp or two hold dS^T of 16 value
// columns in registers as in the forward walk; copy warps read ahead, and store warps write the dS' and dV that the chain hands them.
#include "tensor_core.cuh"
#include "chunk_tiles.cuh"

constexpr int COPY_WARPS = 2, STORE_WARPS = 2;
constexpr int CHAIN_WARPS = CHAIN * SPLIT, THREADS = 32 * (CHAIN_WARPS + STORE_WARPS + COPY_WARPS), COPIERS = 32 * COPY_WARPS;
constexpr int COLUMNS = 16 * CHAIN, COLUMN_ROW = COLUMNS + 8;
constexpr int SLICES = (DV + COLUMNS - 1) / COLUMNS;

constexpr bool OWN_READ = CHANNEL_DECAY && DELTA;                   // the state is read with other keys (K~) than it is written with (K^)
constexpr int READ_AT = OWN_READ ? TILE : 0;
constexpr int Q_AT = READ_AT + TILE;
constexpr int OUT_AT = Q_AT + TILE;
constexpr int A_AT = OUT_AT + CHUNK * COLUMN_ROW;
constexpr int Z_AT = A_AT + MATRIX;
constexpr int Y_AT = Z_AT + DELTA * MATRIX;
constexpr int ROWS_AT = Y_AT + DELTA * COLUMNS * CHUNK_ROW;
constexpr int STAGE = ROWS_AT + FACTORS * 2;
constexpr int DV_AT = COLUMNS * KEY_ROW, HANDED = DV_AT + COLUMNS * CHUNK_ROW;      // dS'^T [COLUMNS, DK] and dV^T [COLUMNS, 64], twice
constexpr int EXCHANGED = SPLIT == 2 ? CHAIN * 2 * 1024 : 0;        // floats that warps of a pair exchange

// v[j] summed over the lanes with the same lane % 4, for 16 values j: afterwards v[0], v[1] are the sums of j = 2 (lane / 4), 2 (lane / 4) + 1.
// Each exchange halves what a lane still holds: 14 instead of 48.
template <int COUNT> __device__ __forceinline__ void halve_sums(float (&v)[16])
{
    const bool upper = threadIdx.x & (2 * COUNT);
#pragma unroll
    for (int j = 0; j < COUNT; j++)
    {
        const float sent = upper ? v[j] : v[j + COUNT], kept = upper ? v[j + COUNT] : v[j];
        v[j] = kept + __shfl_xor_sync(0xffffffffu, sent, 2 * COUNT);
    }
}

__device__ __forceinline__ void scatter_sums(float (&v)[16])
{
    halve_sums<8>(v);
    halve_sums<4>(v);
    halve_sums<2>(v);
}

// Scratch as in chunk_walk; dout [B, L, HV, VALUE_WIDTH] dense; dfinal (may be absent) and dinitial (may be unwanted) [B, HV, KEY_WIDTH, VALUE_WIDTH] float32
// -> dv like dout, dstates like states, dots [B HV, chunks, DV / 16, 64] float32. A launch goes back through the `run` chunks from first_chunk on, dfinal and dinitial are the
// gradients of the states around them (they may be the same memory), and what needs the later chunks only may run beside it.
extern "C" __global__ void __launch_bounds__(THREADS, DK <= 64 ? 2 : 1) chunk_reverse(
    const u16* __restrict__ query_tiles, const u16* __restrict__ key_tiles, const u16* __restrict__ kept_tiles, const u16* __restrict__ dout, const u16* __restrict__ z,
    const u16* __restrict__ a, const u16* __restrict__ y, const float* __restrict__ factors, const float* dfinal, float* dinitial,
    u16* __restrict__ dv, u16* __restrict__ dstates, float* __restrict__ dots, int length, int chunks, int first_chunk, int run,
    int heads, int value_heads, float scale)
{
    DYNAMIC_SHARED shared[];
    __shared__ u64 arrivals[STAGES];
    u16* stages = reinterpret_cast<u16*>(shared);
    u16* handed = stages + STAGES * STAGE;
    float* exchanged = reinterpret_cast<float*>(handed + 2 * HANDED);
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
    const int slice = blockIdx.x % SLICES, batch_head = blockIdx.x / SLICES;
    const int batch = batch_head / value_heads, value_head = batch_head % value_heads, head = value_head / (value_heads / heads);
    const int first_column = slice * COLUMNS;
    const int columns = min(COLUMNS, VALUE_WIDTH - first_column), stored_columns = min(COLUMNS, DV - first_column);
    const long long out_row = (long long)value_heads * VALUE_WIDTH, value_chunks = (long long)batch_head * chunks;
    const int end = first_chunk + run;

    start_dependents();
    if (threadIdx.x < STAGES) prepare_arrival(arrivals + threadIdx.x);
    if constexpr (VALUE_WIDTH % COLUMNS != 0)
        for (int stage = 0; stage < STAGES; stage++) clear_shared<THREADS>(reinterpret_cast<unsigned char*>(stages + stage * STAGE + OUT_AT), CHUNK * COLUMN_ROW * 2);
    __syncthreads();

    const bool copies = warp >= CHAIN_WARPS + STORE_WARPS, chains = warp < CHAIN_WARPS;
    const int thread = threadIdx.x - 32 * (CHAIN_WARPS + STORE_WARPS);
    const u16* out_from = dout + (long long)batch * length * out_row + value_head * VALUE_WIDTH + first_column;
    const long long key_chunks = CHANNEL_DECAY ? value_chunks : ((long long)batch * heads + head) * chunks;
    auto fetch = [&](int step)
    {
        if (step < run)
        {
            u16* stage = stages + step % STAGES * STAGE;
            u64* arrival = arrivals + step % STAGES;
            const int chunk = end - 1 - step, first = chunk * CHUNK, valid = min(CHUNK, length - first);
            expect_bytes(arrival, (OUT_AT + (1 + DELTA) * MATRIX + DELTA * stored_columns * CHUNK_ROW) * 2 + FACTORS * 4, thread);
            copy_block<COPIERS>(stage, (CHANNEL_DECAY ? kept_tiles : key_tiles) + (key_chunks + chunk) * TILE, TILE * 2, arrival, thread);
            if constexpr (OWN_READ) copy_block<COPIERS>(stage + READ_AT, key_tiles + (key_chunks + chunk) * TILE, TILE * 2, arrival, thread);
            copy_block<COPIERS>(stage + Q_AT, query_tiles + (key_chunks + chunk) * TILE, TILE * 2, arrival, thread);
            copy_block<COPIERS>(stage + A_AT, a + (value_chunks + chunk) * MATRIX, MATRIX * 2, arrival, thread);
            copy_block<COPIERS>(stage + ROWS_AT, factors + (value_chunks + chunk) * FACTORS, FACTORS * 4, arrival, thread);
            if constexpr (DELTA)
            {
                copy_block<COPIERS>(stage + Z_AT, z + (value_chunks + chunk) * MATRIX, MATRIX * 2, arrival, thread);
                copy_block<COPIERS>(stage + Y_AT, y + ((value_chunks + chunk) * DV + first_column) * CHUNK_ROW, stored_columns * CHUNK_ROW * 2, arrival, thread);
            }
            for (int i = thread; i < CHUNK * COLUMNS / 8; i += COPIERS)
            {
                const int row = i / (COLUMNS / 8), column = i % (COLUMNS / 8) * 8;
                if (column < columns) copy_async(stage + OUT_AT + row * COLUMN_ROW + column, out_from + (first + (row < valid ? row : 0)) * out_row + column, row < valid);
            }
        }
        commit_copies();
    };

    auto store = [&](int step)
    {
        const int writer = threadIdx.x - 32 * CHAIN_WARPS;
        const u16* from = handed + ((step - 1) & 1) * HANDED;
        write_block<32 * STORE_WARPS>(dstates + ((value_chunks + end - step) * DV + first_column) * KEY_ROW, from, stored_columns * KEY_ROW, writer);
#pragma unroll
        for (int tile = 0; tile < 2; tile++)
        {
            const int row = (warp - CHAIN_WARPS) * 32 + tile * 16, token = (end - step) * CHUNK + row + g;
            u16* to = dv + ((long long)batch * length + token) * out_row + value_head * VALUE_WIDTH + first_column + t2;
#pragma unroll
            for (int column = 0; column < COLUMNS; column += 16)
            {
                u32 turned[4];                      // (token, columns), (token + 8, columns), then the next 8 columns
                load_matrices_transposed(turned, columns_first(from + DV_AT + column * CHUNK_ROW + row, CHUNK_ROW));
#pragma unroll
                for (int i = 0; i < 4; i++)
                    if (token + (i & 1) * 8 < length && column + (i >> 1) * 8 < columns) *reinterpret_cast<u32*>(to + (i & 1) * 8 * out_row + column + (i >> 1) * 8) = turned[i];
            }
        }
    };

    const int part = warp % SPLIT, column_group = warp / SPLIT, first_key = part * PART;
    float ds[PART / 8][4];
    const long long state_at = (long long)batch_head * KEY_WIDTH * VALUE_WIDTH + first_column + column_group * 16 + first_key * VALUE_WIDTH;
    auto real = [&](int tile, int i) { return first_key + tile * 8 + t2 + (i & 1) < KEY_WIDTH && column_group * 16 + g + (i & 2) * 4 < columns; };
    auto place = [&](int tile, int i) { return state_at + (tile * 8 + t2 + (i & 1)) * VALUE_WIDTH + g + (i & 2) * 4; };
#pragma unroll
    for (int tile = 0; tile < PART / 8; tile++)
#pragma unroll
        for (int i = 0; i < 4; i++) ds[tile][i] = dfinal && chains && real(tile, i) ? dfinal[place(tile, i)] : 0.f;

    auto advance = [&](int step)
    {
        wait_arrival(arrivals + step % STAGES, step / STAGES);
        const u16* stage = stages + step % STAGES * STAGE;
        const float* growth = reinterpret_cast<const float*>(stage + ROWS_AT);
        const float* beta = CHANNEL_DECAY ? growth : growth + CHUNK;
        const float* remaining = growth + 2 * CHUNK;
        const float* channels = growth + CHUNK + first_key + t2;
        u16* state_out = handed + (step & 1) * HANDED + column_group * 16 * KEY_ROW + first_key;
        u16* dv_out = handed + (step & 1) * HANDED + DV_AT + (column_group * 16 + g) * CHUNK_ROW + t2;
        const u16* k_columns = columns_first(stage + first_key, KEY_ROW);
        const u16* k_rows = rows_first(stage + READ_AT + first_key, KEY_ROW);
        const u16* q_rows = rows_first(stage + Q_AT + first_key, KEY_ROW);
        const u16* a_rows = rows_first(stage + A_AT, CHUNK_ROW);
        const u16* z_rows = rows_first(stage + Z_AT, CHUNK_ROW);
        const u16* y_tile = stage + Y_AT + column_group * 16 * CHUNK_ROW + g * CHUNK_ROW + t2;

        u32 out[4][4];
#pragma unroll
        for (int inner = 0; inner < 4; inner++) load_matrices_transposed(out[inner], columns_first(stage + OUT_AT + inner * 16 * COLUMN_ROW + column_group * 16, COLUMN_ROW));

        float sum[8][4];
        u32 r[4][4], left[4], y_pairs[8][2];
        float2 grown[8], strength[8], rest[8];
        if constexpr (!CHANNEL_DECAY)
#pragma unroll
            for (int tile = 0; tile < 8; tile++) rest[tile] = *reinterpret_cast<const float2*>(remaining + tile * 8 + t2);
        const float whole = growth[CHUNK - 1];
        auto read_factors = [&](int tile)
        {
            grown[tile] = CHANNEL_DECAY ? make_float2(1.f, 1.f) : *reinterpret_cast<const float2*>(growth + tile * 8 + t2);
            strength[tile] = *reinterpret_cast<const float2*>(beta + tile * 8 + t2);
            if constexpr (DELTA)
#pragma unroll
                for (int i = 0; i < 2; i++) y_pairs[tile][i] = *reinterpret_cast<const u32*>(y_tile + i * 8 * CHUNK_ROW + tile * 8);
        };
        // dE^T is whole: its dot products with Y over this warp's columns, and beta . dE as the next operand.
        auto weigh = [&]
        {
            float dot[16];
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
            {
                dot[2 * tile] = sum[tile][0] * low_half(y_pairs[tile][0]) + sum[tile][2] * low_half(y_pairs[tile][1]);
                dot[2 * tile + 1] = sum[tile][1] * high_half(y_pairs[tile][0]) + sum[tile][3] * high_half(y_pairs[tile][1]);
#pragma unroll
                for (int i = 0; i < 2; i++)
                    r[tile / 2][2 * (tile & 1) + i] = floats_to_bf16x2(sum[tile][2 * i] * strength[tile].x, sum[tile][2 * i + 1] * strength[tile].y);
            }
            if (part == 1) return;
            scatter_sums(dot);
            if (first_column + column_group * 16 < DV)
                *reinterpret_cast<float2*>(dots + ((value_chunks + end - 1 - step) * (DV / 16) + first_column / 16 + column_group) * CHUNK + g * 8 + t2) = make_float2(dot[0], dot[1]);
        };
        // dV^T is whole: hand it over, and make both operands of the state's update.
        auto finish_values = [&]
        {
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
#pragma unroll
                for (int i = 0; i < 2; i++)
                {
                    if (part == 0) *reinterpret_cast<u32*>(dv_out + i * 8 * CHUNK_ROW + tile * 8) = floats_to_bf16x2(sum[tile][2 * i], sum[tile][2 * i + 1]);
                    u32& pair = out[tile / 2][2 * (tile & 1) + i];
                    pair = floats_to_bf16x2(low_half(pair) * scale * grown[tile].x, high_half(pair) * scale * grown[tile].y);
                    if constexpr (DELTA) r[tile / 2][2 * (tile & 1) + i] = floats_to_bf16x2(-sum[tile][2 * i] * grown[tile].x, -sum[tile][2 * i + 1] * grown[tile].y);
                }
        };

        // Right operands in one stream: K for dE, A, Z, then Q and K in turn for dS. A lower tile of A or Z is (inner, column), inner first.
        constexpr int FIRST = PART / 4, SECOND = FIRST + 10, THIRD = SECOND + DELTA * 10, ALL = THIRD + (1 + DELTA) * PART / 4;
        auto inner_of = [](int i) { return i < 1 ? 0 : i < 3 ? 1 : i < 6 ? 2 : 3; };
        auto column_of = [](int i) { return i < 1 ? 0 : i < 3 ? i - 1 : i < 6 ? i - 3 : i - 6; };
        stream<ALL, 8>(
            [&](u32 (&b)[4], int i)
            {
                if (i < FIRST) load_matrices(b, k_columns + i % 4 * 16 * KEY_ROW + i / 4 * 16);
                else if (i < SECOND) load_matrices_transposed(b, a_rows + inner_of(i - FIRST) * 16 * CHUNK_ROW + column_of(i - FIRST) * 16);
                else if (i < THIRD) load_matrices_transposed(b, z_rows + inner_of(i - SECOND) * 16 * CHUNK_ROW + column_of(i - SECOND) * 16);
                else
                {
                    const int at = (i - THIRD) / (1 + DELTA);
                    load_matrices_transposed(b, ((i - THIRD) % (1 + DELTA) ? k_rows : q_rows) + at / (PART / 16) * 16 * KEY_ROW + at % (PART / 16) * 16);
                }
            },
            [&](const u32 (&b)[4], int i)
            {
                if (i < FIRST)
                {
                    if (i % 4 == 0)
                    {
                        pack_left(left, ds[i / 2], ds[i / 2 + 1]);
#pragma unroll
                        for (int j = 0; j < 4; j++) *reinterpret_cast<u32*>(state_out + (g + (j & 1) * 8) * KEY_ROW + i / 4 * 16 + (j >> 1) * 8 + t2) = left[j];
                    }
                    if (i < 4)
                    {
                        multiply_first(sum[i * 2], left, b[0], b[1]);
                        multiply_first(sum[i * 2 + 1], left, b[2], b[3]);
                    }
                    else
                    {
                        multiply(sum[i % 4 * 2], left, b[0], b[1]);
                        multiply(sum[i % 4 * 2 + 1], left, b[2], b[3]);
                    }
                    if (SPLIT == 2 && i == FIRST - 1) add_other_half(sum, exchanged + warp * 1024, exchanged + (warp ^ 1) * 1024, 1 + column_group);
                    if (!CHANNEL_DECAY && i == FIRST - 1)
#pragma unroll
                        for (int tile = 0; tile < 8; tile++)
#pragma unroll
                            for (int j = 0; j < 4; j++) sum[tile][j] *= j & 1 ? rest[tile].y : rest[tile].x;
                }
                else if (i < SECOND)
                {
                    multiply(sum[2 * column_of(i - FIRST)], out[inner_of(i - FIRST)], b[0], b[1]);
                    multiply(sum[2 * column_of(i - FIRST) + 1], out[inner_of(i - FIRST)], b[2], b[3]);
                    if (i - FIRST < 8) read_factors(i - FIRST);
#pragma unroll
                    for (int tile = (i - FIRST) * (PART / 8) / 10; tile < (i - FIRST + 1) * (PART / 8) / 10; tile++)
                    {
                        const float2 decay = CHANNEL_DECAY ? *reinterpret_cast<const float2*>(channels + tile * 8) : make_float2(whole, whole);
#pragma unroll
                        for (int j = 0; j < 4; j++) ds[tile][j] *= j & 1 ? decay.y : decay.x;
                    }
                    if (DELTA && i == SECOND - 1) weigh();
                    if (!DELTA && i == SECOND - 1) finish_values();
                }
                else if (i < THIRD)
                {
                    const int inner = inner_of(i - SECOND), column = column_of(i - SECOND);
                    if (inner == column)
                    {
                        multiply_first(sum[2 * column], r[inner], b[0], b[1]);
                        multiply_first(sum[2 * column + 1], r[inner], b[2], b[3]);
                    }
                    else
                    {
                        multiply(sum[2 * column], r[inner], b[0], b[1]);
                        multiply(sum[2 * column + 1], r[inner], b[2], b[3]);
                    }
                    if (i == THIRD - 1) finish_values();
                }
                else
                {
                    const int at = (i - THIRD) / (1 + DELTA);
                    const u32 (&operand)[4] = (i - THIRD) % (1 + DELTA) ? r[at / (PART / 16)] : out[at / (PART / 16)];
                    multiply(ds[at % (PART / 16) * 2], operand, b[0], b[1]);
                    multiply(ds[at % (PART / 16) * 2 + 1], operand, b[2], b[3]);
                }
            });
    };

    // One barrier a chunk, which every warp reaches at this place.
    if (copies)
#pragma unroll 1
        for (int step = 0; step < STAGES - 1; step++) fetch(step);
#pragma unroll 1
    for (int step = 0; step <= run; step++)
    {
        if (copies) wait_copies<STAGES - 2>();
        __syncthreads();
        if (copies) fetch(step + STAGES - 1);
        else if (!chains && step > 0) store(step);
        else if (chains && step < run) advance(step);
        // The next thing is the barrier above, so this one orders nothing more. racecheck of release 2025.3 sees races across a single one where pairs of warps met since the last.
        if constexpr (CHECKED) __syncthreads();
    }
    if (dinitial && chains)
#pragma unroll
        for (int tile = 0; tile < PART / 8; tile++)
#pragma unroll
            for (int i = 0; i < 4; i++)
                if (real(tile, i)) dinitial[place(tile, i)] = ds[tile][i];
}
