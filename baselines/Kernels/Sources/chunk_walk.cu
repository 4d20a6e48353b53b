// Carries the state through the chunks of a sequence (Yang et al. 2024, section 3, residual form), for each chunk with entering state S:
//   R = V - e^G . (K S),  Y = Z R,  E = beta . Y,  O = scale e^G . (Q S) + A E,  S' = e^(G_C) S + (e^(G_C - G) . K)^T E.
// Without a delta rule (DELTA 0) E is V. With a decay for each key channel (CHANNEL_DECAY 1) queries and keys come with their decays applied: R = V - K~ S,
// O = scale Q~ S + A E, S' = e^(G_C) . S + K^^T E. A block owns 16 CHAIN columns of the values. One chain warp, or two, hold the transposed state of 16 of them in registers,
// where the sums of one product are the operand of the next; output warps work one chunk behind, and copy warps ahead, with one barrier a chunk.
// SAVE 1 writes the entering states and Y for the backward pass instead of outputs.
#include "tensor_core.cuh"
#include "chunk_tiles.cuh"

constexpr int COPY_WARPS = 2, OUTPUT_WARPS = SAVE || CHAIN <= 3 ? 2 : 4;
constexpr int CHAIN_WARPS = CHAIN * SPLIT, THREADS = 32 * (CHAIN_WARPS + OUTPUT_WARPS + COPY_WARPS), COPIERS = 32 * COPY_WARPS;
constexpr int COLUMNS = 16 * CHAIN, COLUMN_ROW = COLUMNS + 8;
constexpr int SLICES = (DV + COLUMNS - 1) / COLUMNS;

// One stage of the copies, in elements: what the chain reads of this chunk, what the output reads of the chunk before.
constexpr bool OWN_READ = CHANNEL_DECAY && DELTA;                   // the state is read with other keys (K~) than it is written with (K^)
constexpr int READ_AT = OWN_READ ? TILE : 0;
constexpr int V_AT = READ_AT + TILE;
constexpr int Z_AT = V_AT + CHUNK * COLUMN_ROW;
constexpr int ROWS_AT = Z_AT + DELTA * MATRIX;                      // FACTORS of this chunk, then e^G of the one before: float32
constexpr int GROWTH = CHANNEL_DECAY ? 0 : CHUNK;                   // floats of the latter
constexpr int Q_AT = ROWS_AT + (FACTORS + GROWTH) * 2;
constexpr int A_AT = Q_AT + (SAVE ? 0 : TILE);
constexpr int STAGE = A_AT + (SAVE ? 0 : MATRIX);
// What the chain hands to the output warps, twice: S^T [COLUMNS, DK] and E^T (SAVE: Y^T) [COLUMNS, 64].
constexpr int E_AT = COLUMNS * KEY_ROW, HANDED = E_AT + COLUMNS * CHUNK_ROW;
constexpr int EXCHANGED = SPLIT == 2 ? CHAIN * 2 * 1024 : 0;        // floats that warps of a pair exchange

// key_tiles, kept_tiles (CHANNEL_DECAY only), query_tiles, z, a, factors: of chunk_prepare or chunk_prepare_channels. v [B, L, HV, VALUE_WIDTH] with v_row elements between tokens; initial, final (either may be absent)
// [B, HV, KEY_WIDTH, VALUE_WIDTH] float32; o [B, L, HV, VALUE_WIDTH]; states [B HV, chunks, DV, KEY_ROW], y [B HV, chunks, DV, CHUNK_ROW].
extern "C" __global__ void __launch_bounds__(THREADS, DK <= 64 ? 2 : 1) chunk_walk(
    const u16* __restrict__ query_tiles, const u16* __restrict__ key_tiles, const u16* __restrict__ kept_tiles, const u16* __restrict__ v, const u16* __restrict__ z,
    const u16* __restrict__ a, const float* __restrict__ factors, const float* __restrict__ initial, float* __restrict__ final, u16* __restrict__ o,
    u16* __restrict__ states, u16* __restrict__ y, long long v_row, int length, int chunks, int heads, int value_heads, float scale)
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
    const int columns = min(COLUMNS, VALUE_WIDTH - first_column);       // real ones

    if (threadIdx.x < STAGES) prepare_arrival(arrivals + threadIdx.x);
    if constexpr (VALUE_WIDTH % COLUMNS != 0)
        for (int stage = 0; stage < STAGES; stage++) clear_shared<THREADS>(reinterpret_cast<unsigned char*>(stages + stage * STAGE + V_AT), CHUNK * COLUMN_ROW * 2);
    __syncthreads();

    const bool copies = warp >= CHAIN_WARPS + OUTPUT_WARPS, chains = warp < CHAIN_WARPS;
    const int thread = threadIdx.x - 32 * (CHAIN_WARPS + OUTPUT_WARPS);
    const u16* v_from = v + (long long)batch * length * v_row + value_head * VALUE_WIDTH + first_column;
    const long long value_chunks = (long long)batch_head * chunks, key_chunks = CHANNEL_DECAY ? value_chunks : ((long long)batch * heads + head) * chunks;
    auto fetch = [&](int step)
    {
        u16* stage = stages + step % STAGES * STAGE;
        u64* arrival = arrivals + step % STAGES;
        const bool chain = step < chunks, output = !SAVE && step > 0 && step <= chunks;
        if (chain || output) expect_bytes(arrival, (chain ? (V_AT + DELTA * MATRIX) * 2 + FACTORS * 4 : 0) + (output ? (TILE + MATRIX) * 2 + GROWTH * 4 : 0), thread);
        if (chain)
        {
            copy_block<COPIERS>(stage, (CHANNEL_DECAY ? kept_tiles : key_tiles) + (key_chunks + step) * TILE, TILE * 2, arrival, thread);
            if constexpr (OWN_READ) copy_block<COPIERS>(stage + READ_AT, key_tiles + (key_chunks + step) * TILE, TILE * 2, arrival, thread);
            if constexpr (DELTA) copy_block<COPIERS>(stage + Z_AT, z + (value_chunks + step) * MATRIX, MATRIX * 2, arrival, thread);
            copy_block<COPIERS>(stage + ROWS_AT, factors + (value_chunks + step) * FACTORS, FACTORS * 4, arrival, thread);
            const int first = step * CHUNK, valid = min(CHUNK, length - first);
            for (int i = thread; i < CHUNK * COLUMNS / 8; i += COPIERS)
            {
                const int row = i / (COLUMNS / 8), column = i % (COLUMNS / 8) * 8;
                if (column < columns) copy_async(stage + V_AT + row * COLUMN_ROW + column, v_from + (first + (row < valid ? row : 0)) * v_row + column, row < valid);
            }
        }
        if (output)
        {
            copy_block<COPIERS>(stage + Q_AT, query_tiles + (key_chunks + step - 1) * TILE, TILE * 2, arrival, thread);
            copy_block<COPIERS>(stage + A_AT, a + (value_chunks + step - 1) * MATRIX, MATRIX * 2, arrival, thread);
            if constexpr (GROWTH) copy_block<COPIERS>(stage + ROWS_AT + FACTORS * 2, factors + (value_chunks + step - 1) * FACTORS, CHUNK * 4, arrival, thread);
        }
        commit_copies();
    };

    const int part = warp % SPLIT, column_group = warp / SPLIT, first_key = part * PART;
    float s[PART / 8][4];
    const long long state_at = (long long)batch_head * KEY_WIDTH * VALUE_WIDTH + first_column + column_group * 16 + first_key * VALUE_WIDTH;
    auto real = [&](int tile, int i) { return first_key + tile * 8 + t2 + (i & 1) < KEY_WIDTH && column_group * 16 + g + (i & 2) * 4 < columns; };
    auto place = [&](int tile, int i) { return state_at + (tile * 8 + t2 + (i & 1)) * VALUE_WIDTH + g + (i & 2) * 4; };
#pragma unroll
    for (int tile = 0; tile < PART / 8; tile++)
#pragma unroll
        for (int i = 0; i < 4; i++) s[tile][i] = initial && chains && real(tile, i) ? initial[place(tile, i)] : 0.f;

    auto advance = [&](int step)
    {
        wait_arrival(arrivals + step % STAGES, step / STAGES);
        const u16* stage = stages + step % STAGES * STAGE;
        const float* growth = reinterpret_cast<const float*>(stage + ROWS_AT);
        const float* beta = growth + GROWTH;
        const float* remaining = growth + 2 * CHUNK;
        const float* channels = growth + CHUNK + first_key + t2;
        u16* state_out = handed + (step & 1) * HANDED + column_group * 16 * KEY_ROW + first_key;
        u16* e_out = handed + (step & 1) * HANDED + E_AT + column_group * 16 * CHUNK_ROW;
        const u16* k_rows = rows_first(stage + first_key, KEY_ROW);
        const u16* k_columns = columns_first(stage + READ_AT + first_key, KEY_ROW);
        const u16* z_columns = columns_first(stage + Z_AT, CHUNK_ROW);
        const u16* v_columns = columns_first(stage + V_AT + column_group * 16, COLUMN_ROW);

        // Three products follow each other; their right operands come in one stream, of which FIRST, then ten, then LAST belong to each.
        // Everything else that the chain needs from shared memory is read ahead as well.
        constexpr int FIRST = DELTA * PART / 4, INVERSE = DELTA * 10, LAST = PART / 4;
        float sum[8][4];
        u32 r[4][4], left[4];
        float2 grown[8], strength[8], rest[8];
#pragma unroll
        for (int tile = 0; tile < 4; tile++) load_matrices_transposed(r[tile], v_columns + tile * 16 * COLUMN_ROW);
        if constexpr (!CHANNEL_DECAY)
#pragma unroll
            for (int tile = 0; tile < 8; tile++) grown[tile] = *reinterpret_cast<const float2*>(growth + tile * 8 + t2);
        const float whole = growth[CHUNK - 1];
        auto read_factors = [&](int tile)
        {
            strength[tile] = *reinterpret_cast<const float2*>(beta + tile * 8 + t2);
            rest[tile] = CHANNEL_DECAY ? make_float2(1.f, 1.f) : *reinterpret_cast<const float2*>(remaining + tile * 8 + t2);
        };
        auto decay_state = [&](int tile)
        {
            const float2 decay = CHANNEL_DECAY ? *reinterpret_cast<const float2*>(channels + tile * 8) : make_float2(whole, whole);
#pragma unroll
            for (int i = 0; i < 4; i++) s[tile][i] *= i & 1 ? decay.y : decay.x;
        };
        auto hand_state = [&](int inner)
        {
            pack_left(left, s[2 * inner], s[2 * inner + 1]);
#pragma unroll
            for (int i = 0; i < 4; i++) *reinterpret_cast<u32*>(state_out + (g + (i & 1) * 8) * KEY_ROW + inner * 16 + (i >> 1) * 8 + t2) = left[i];
        };
        // R^T; a lane holds tokens t2, t2 + 1 of every 8.
        auto residual = [&]
        {
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
#pragma unroll
                for (int i = 0; i < 2; i++)
                {
                    u32& pair = r[tile / 2][2 * (tile & 1) + i];
                    const float2 by = CHANNEL_DECAY ? make_float2(1.f, 1.f) : grown[tile];
                    pair = floats_to_bf16x2(low_half(pair) - by.x * sum[tile][2 * i], high_half(pair) - by.y * sum[tile][2 * i + 1]);
                }
        };
        // E^T handed over, and scaled for the state's update.
        auto correct = [&](int tile)
        {
#pragma unroll
            for (int i = 0; i < 2; i++)
            {
                u32& pair = r[tile / 2][2 * (tile & 1) + i];
                float low = low_half(pair), high = high_half(pair);
                if constexpr (DELTA) low = sum[tile][2 * i], high = sum[tile][2 * i + 1];
                const float e_low = low * strength[tile].x, e_high = high * strength[tile].y;
                if ((DELTA || !SAVE) && part == 0)
                    *reinterpret_cast<u32*>(e_out + (g + i * 8) * CHUNK_ROW + tile * 8 + t2) = SAVE ? floats_to_bf16x2(low, high) : floats_to_bf16x2(e_low, e_high);
                pair = floats_to_bf16x2(e_low * rest[tile].x, e_high * rest[tile].y);
            }
        };
        // The i-th lower tile of a 4 x 4 matrix of tiles, column by column: row and column.
        auto lower_row = [](int i) { return i < 4 ? i : i < 7 ? i - 3 : i < 9 ? i - 5 : 3; };
        auto lower_column = [](int i) { return i < 4 ? 0 : i < 7 ? 1 : i < 9 ? 2 : 3; };
        if constexpr (!DELTA)
        {
#pragma unroll
            for (int inner = 0; inner < PART / 16; inner++) hand_state(inner);
#pragma unroll
            for (int tile = 0; tile < 8; tile++) read_factors(tile);
#pragma unroll
            for (int tile = 0; tile < 8; tile++) correct(tile);
#pragma unroll
            for (int tile = 0; tile < PART / 8; tile++) decay_state(tile);
        }
        stream<FIRST + INVERSE + LAST, 8>(
            [&](u32 (&b)[4], int i)
            {
                if (i < FIRST) load_matrices(b, k_columns + i % 4 * 16 * KEY_ROW + i / 4 * 16);
                else if (i < FIRST + INVERSE) load_matrices(b, z_columns + lower_row(i - FIRST) * 16 * CHUNK_ROW + lower_column(i - FIRST) * 16);
                else load_matrices_transposed(b, k_rows + (i - FIRST - INVERSE) / (PART / 16) * 16 * KEY_ROW + (i - FIRST - INVERSE) % (PART / 16) * 16);
            },
            [&](const u32 (&b)[4], int i)
            {
                if (i < FIRST)
                {
                    if (i % 4 == 0) hand_state(i / 4);
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
                    if (i == FIRST - 1)
                    {
                        if constexpr (SPLIT == 2) add_other_half(sum, exchanged + warp * 1024, exchanged + (warp ^ 1) * 1024, 1 + column_group);
                        residual();
                    }
                }
                else if (i < FIRST + INVERSE)
                {
                    const int at = i - FIRST, row = lower_row(at);
                    if (at < 4)
                    {
                        multiply_first(sum[2 * row], r[0], b[0], b[1]);
                        multiply_first(sum[2 * row + 1], r[0], b[2], b[3]);
                    }
                    else
                    {
                        multiply(sum[2 * row], r[lower_column(at)], b[0], b[1]);
                        multiply(sum[2 * row + 1], r[lower_column(at)], b[2], b[3]);
                    }
                    if (at < 8) read_factors(at);
#pragma unroll
                    for (int tile = at * (PART / 8) / 10; tile < (at + 1) * (PART / 8) / 10; tile++) decay_state(tile);
                    if (at == 9)
#pragma unroll
                        for (int tile = 0; tile < 8; tile++) correct(tile);
                }
                else
                {
                    const int at = i - FIRST - INVERSE;
                    multiply(s[at % (PART / 16) * 2], r[at / (PART / 16)], b[0], b[1]);
                    multiply(s[at % (PART / 16) * 2 + 1], r[at / (PART / 16)], b[2], b[3]);
                }
            });
    };

#if SAVE
    const int writer = threadIdx.x - 32 * CHAIN_WARPS, stored_columns = min(COLUMNS, DV - first_column);
    auto emit = [&](int step)
    {
        const u16* from = handed + ((step - 1) & 1) * HANDED;
        const long long to = ((long long)batch_head * chunks + step - 1) * DV + first_column;
        write_block<32 * OUTPUT_WARPS>(states + to * KEY_ROW, from, stored_columns * KEY_ROW, writer);
        if constexpr (DELTA) write_block<32 * OUTPUT_WARPS>(y + to * CHUNK_ROW, from + E_AT, stored_columns * CHUNK_ROW, writer);
    };
#else
    constexpr int TILES = 4 / OUTPUT_WARPS;             // row tiles of 16 tokens for each output warp
    const int first_tile = (warp - CHAIN_WARPS) * TILES;
    auto emit = [&](int step)
    {
        wait_arrival(arrivals + step % STAGES, step / STAGES);
        const u16* stage = stages + step % STAGES * STAGE;
        const u16* state = columns_first(handed + ((step - 1) & 1) * HANDED, KEY_ROW);
        const u16* e = columns_first(handed + ((step - 1) & 1) * HANDED + E_AT, CHUNK_ROW);
        const u16* q_rows = rows_first(stage + Q_AT + first_tile * 16 * KEY_ROW, KEY_ROW);
        const u16* a_rows = rows_first(stage + A_AT + first_tile * 16 * CHUNK_ROW, CHUNK_ROW);
        const float* growth = reinterpret_cast<const float*>(stage + ROWS_AT) + FACTORS;
        float sum[TILES][COLUMNS / 8][4] = {};
        u32 left[2][TILES][4], right[2][CHAIN][4];
        auto load = [&](int inner)
        {
#pragma unroll
            for (int tile = 0; tile < TILES; tile++) load_matrices(left[inner & 1][tile], q_rows + tile * 16 * KEY_ROW + inner * 16);
#pragma unroll
            for (int column = 0; column < CHAIN; column++) load_matrices(right[inner & 1][column], state + column * 16 * KEY_ROW + inner * 16);
        };
        load(0);
#pragma unroll
        for (int inner = 0; inner < DK / 16; inner++)
        {
            if (inner + 1 < DK / 16) load(inner + 1);
#pragma unroll
            for (int column = 0; column < CHAIN; column++)
#pragma unroll
                for (int tile = 0; tile < TILES; tile++)
                {
                    multiply(sum[tile][2 * column], left[inner & 1][tile], right[inner & 1][column][0], right[inner & 1][column][1]);
                    multiply(sum[tile][2 * column + 1], left[inner & 1][tile], right[inner & 1][column][2], right[inner & 1][column][3]);
                }
        }
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
        {
            const int row = (first_tile + tile) * 16 + g;
            const float low = CHANNEL_DECAY ? scale : scale * growth[row], high = CHANNEL_DECAY ? scale : scale * growth[row + 8];
#pragma unroll
            for (int column = 0; column < COLUMNS / 8; column++)
#pragma unroll
                for (int i = 0; i < 4; i++) sum[tile][column][i] *= i < 2 ? low : high;
        }
#pragma unroll
        for (int inner = 0; inner < 4; inner++)
        {
            if (inner >= first_tile + TILES) continue;
#pragma unroll
            for (int tile = 0; tile < TILES; tile++)
                if (inner <= first_tile + tile) load_matrices(left[0][tile], a_rows + tile * 16 * CHUNK_ROW + inner * 16);
#pragma unroll
            for (int column = 0; column < CHAIN; column++) load_matrices(right[0][column], e + column * 16 * CHUNK_ROW + inner * 16);
#pragma unroll
            for (int column = 0; column < CHAIN; column++)
#pragma unroll
                for (int tile = 0; tile < TILES; tile++)
                    if (inner <= first_tile + tile)
                    {
                        multiply(sum[tile][2 * column], left[0][tile], right[0][column][0], right[0][column][1]);
                        multiply(sum[tile][2 * column + 1], left[0][tile], right[0][column][2], right[0][column][3]);
                    }
        }
        const int first = (step - 1) * CHUNK;
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                const int token = first + (first_tile + tile) * 16 + half * 8 + g;
                if (token >= length) continue;
                u16* to = o + (((long long)batch * length + token) * value_heads + value_head) * VALUE_WIDTH + first_column + t2;
#pragma unroll
                for (int column = 0; column < COLUMNS / 8; column++)
                    if (column * 8 < columns) *reinterpret_cast<u32*>(to + column * 8) = floats_to_bf16x2(sum[tile][column][2 * half], sum[tile][column][2 * half + 1]);
            }
    };
#endif

    // One barrier a chunk, which every warp reaches at this place.
    if (copies)
#pragma unroll 1
        for (int step = 0; step < STAGES - 1; step++) fetch(step);
#pragma unroll 1
    for (int step = 0; step <= chunks; step++)
    {
        if (copies) wait_copies<STAGES - 2>();
        __syncthreads();
        if (copies) fetch(step + STAGES - 1);
        else if (!chains && step > 0) emit(step);
        else if (chains && step < chunks) advance(step);
        // The next thing is the barrier above, so this one orders nothing more. racecheck of release 2025.3 sees races across a single one where pairs of warps met since the last.
        if constexpr (CHECKED) __syncthreads();
    }
    if (final && chains)
#pragma unroll
        for (int tile = 0; tile < PART / 8; tile++)
#pragma unroll
            for (int i = 0; i < 4; i++)
                if (real(tile, i)) final[place(tile, i)] = s[tile][i];
}
