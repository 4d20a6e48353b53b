// chunk_walk of the delta rule for few heads, on Hopper: the same equations with warpgroup products, which read a tile from shared memory once for 64 value columns. What bounds
// it is the chain of three products from chunk to chunk, so nothing else runs beside it: of a cluster of two blocks the first carries the state, 16 value columns in
// the registers of each of four warps, where the sums of one product are the left operand of the next. For each chunk it hands S^T and E^T to the second block, which makes
// the outputs. In either one warp loads ahead. SAVE 1 (one block) writes the entering states and Y instead.
#include "tensor_core.cuh"
#include "warpgroup.cuh"
#include "cluster.cuh"
#include "chunk_tiles.cuh"

constexpr int COLUMNS = 64, SLICES = VALUE_WIDTH / COLUMNS;
constexpr int WORKERS = 128, THREADS = WORKERS + 64;                // four warps that multiply, one that loads, one that hands over
constexpr int PANEL = CHUNK * 64, KEYS = 2 * PANEL;                 // elements; key heads wider than 64 are two panels, zeros behind their end
static_assert(DK > 64 && DK <= 128 && VALUE_WIDTH % COLUMNS == 0, "other widths are chunk_walk's");

// A stage of the first block's loads, in elements; panels begin at multiples of 1024 bytes.
constexpr bool OWN_READ = CHANNEL_DECAY;                            // the state is read with other keys (K~) than it is written with (K^)
constexpr int READ_AT = OWN_READ ? KEYS : 0, Z_AT = READ_AT + KEYS, V_AT = Z_AT + PANEL, FACTORS_AT = V_AT + PANEL, STAGE = FACTORS_AT + 512;
// Of the second block's: queries, A, e^G.
constexpr int A_AT = KEYS, GROWTH_AT = A_AT + PANEL, GROWTH = CHANNEL_DECAY ? 0 : CHUNK, OUTPUT_STAGE = GROWTH_AT + 512;
static_assert(FACTORS * 2 <= 512 && OUTPUT_STAGE <= STAGE, "both blocks have the same memory");
// What is handed over, twice: panels of S^T [COLUMNS, keys] and E^T [COLUMNS, 64]; SAVE: S^T and Y^T as they lie in global memory.
constexpr int E_AT = SAVE ? COLUMNS * KEY_ROW : KEYS, HANDED = E_AT + COLUMNS * (SAVE ? CHUNK_ROW : 64);

#if SAVE
#define CLUSTERED
#else
#define CLUSTERED __cluster_dims__(2, 1, 1)
#endif

// The lanes' 8 x 8 tiles of a left operand, as pack_left makes it, to where load_matrices with the same addresses would find it.
__device__ __forceinline__ void store_matrices(u16* address, const u32 (&r)[4])
{
    asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1,%2,%3,%4};" :: "r"(shared_address(address)), "r"(r[0]), "r"(r[1]), "r"(r[2]), "r"(r[3]) : "memory");
}

// queries, keys: [.., DK] of the inputs, or with a decay for each key channel tiles, whose rows then are tokens of all chunks; kept (CHANNEL_DECAY), inverse, attention: tiles;
// values [B, L, HV, VALUE_WIDTH]. Their boxes are (column, head, row, batch). It goes through the `run` chunks from first_chunk on, initial and final are the states around
// them (they may be the same memory), and chunk_prepare may run beside it for the next ones. The rest as of chunk_walk. Grid: SLICES blocks (SAVE 0: pairs of blocks) for
// each batch row and value head.
extern "C" __global__ void CLUSTERED __launch_bounds__(THREADS, 1) chunk_walk_wide(
    const __grid_constant__ TensorMap queries, const __grid_constant__ TensorMap keys, const __grid_constant__ TensorMap kept, const __grid_constant__ TensorMap values,
    const __grid_constant__ TensorMap inverse, const __grid_constant__ TensorMap attention, const float* factors, const float* initial, float* final, u16* o, u16* states, u16* y,
    int length, int chunks, int first_chunk, int run, int heads, int value_heads, float scale)
{
    PANELS shared[];
    __shared__ u64 filled[STAGES], emptied[STAGES], ready[2], handed[2], taken[2];
    u16* stages = reinterpret_cast<u16*>(shared);
    u16* hands = stages + STAGES * STAGE;
    // The same for all lanes in the compiler's eyes too, so that operands of products are addressed by the warp's own registers.
    const int warp = __shfl_sync(0xffffffffu, threadIdx.x / 32, 0), lane = threadIdx.x % 32, g = lane / 4, t2 = lane % 4 * 2;
    const bool outputs = !SAVE && blockIdx.x % 2;
    const int unit = SAVE ? blockIdx.x : blockIdx.x / 2, slice = unit % SLICES, batch_head = unit / SLICES;
    const int batch = batch_head / value_heads, value_head = batch_head % value_heads, head = value_head / (value_heads / heads);
    const int first_column = slice * COLUMNS, first_row = (batch_head * chunks + first_chunk) * CHUNK;      // the latter in tiles of value heads
    const long long value_chunks = (long long)batch_head * chunks + first_chunk;

    start_dependents();
    if (threadIdx.x == 0)
    {
        for (int i = 0; i < STAGES; i++)
        {
            prepare_barrier(filled + i, 1);
            prepare_barrier(emptied + i, WORKERS / 32 * SPEAKERS);
        }
        for (int i = 0; i < 2; i++)
        {
            prepare_barrier(ready + i, WORKERS / 32 * SPEAKERS);
            prepare_barrier(handed + i, 1);
            prepare_barrier(taken + i, SAVE ? 1 : WORKERS / 32 * SPEAKERS);
            if (outputs) announce_bytes(handed + i, HANDED * 2);
        }
    }
    if constexpr (SAVE) __syncthreads();
    else meet_cluster();
    wait_for_producers();

    if (warp == WORKERS / 32)
    {
        auto load_keys = [&](u16* to, const TensorMap& map, int step, u64* arrival)
        {
            for (int column = 0; column < 128; column += 64)
                if (CHANNEL_DECAY) load_box(to + column / 64 * PANEL, map, column, 0, first_row + step * CHUNK, 0, arrival);
                else load_box(to + column / 64 * PANEL, map, column, head, (first_chunk + step) * CHUNK, batch, arrival);
        };
        // Without the copy engine this thread has them in place before the barrier hears of the rest.
        auto load_factors = [&](u16* to, const float* from, int bytes, u64* arrival)
        {
            copy_block<1>(to, from, bytes, arrival, 0);
            if constexpr (COPY_ENGINE) return;
            commit_copies();
            wait_copies<0>();
        };
        if (lane == 0)
#pragma unroll 1
            for (int step = 0; step < run; step++)
            {
                u16* stage = stages + step % STAGES * STAGE;
                u64* arrival = filled + step % STAGES;
                if (step >= STAGES) wait_phase(emptied + step % STAGES, step / STAGES - 1);
                const float* from = factors + (value_chunks + step) * FACTORS;
                if (outputs)
                {
                    if constexpr (GROWTH && !COPY_ENGINE) load_factors(stage + GROWTH_AT, from, GROWTH * 4, arrival);
                    announce_bytes(arrival, (KEYS + PANEL) * 2 + (COPY_ENGINE ? GROWTH * 4 : 0));
                    load_keys(stage, queries, step, arrival);
                    load_box(stage + A_AT, attention, 0, 0, first_row + step * CHUNK, 0, arrival);
                    if constexpr (GROWTH && COPY_ENGINE) load_factors(stage + GROWTH_AT, from, GROWTH * 4, arrival);
                }
                else
                {
                    if constexpr (!COPY_ENGINE) load_factors(stage + FACTORS_AT, from, FACTORS * 4, arrival);
                    announce_bytes(arrival, FACTORS_AT * 2 + (COPY_ENGINE ? FACTORS * 4 : 0));
                    load_keys(stage + READ_AT, keys, step, arrival);
                    if constexpr (OWN_READ) load_keys(stage, kept, step, arrival);
                    load_box(stage + Z_AT, inverse, 0, 0, first_row + step * CHUNK, 0, arrival);
                    load_box(stage + V_AT, values, first_column, value_head, (first_chunk + step) * CHUNK, batch, arrival);
                    if constexpr (COPY_ENGINE) load_factors(stage + FACTORS_AT, from, FACTORS * 4, arrival);
                }
            }
    }
    else if (warp > WORKERS / 32)
    {
        if (!outputs && lane == 0)
#pragma unroll 1
            for (int step = 0; step < run; step++)
            {
                const u16* hand = hands + (step & 1) * HANDED;
                wait_phase(ready + (step & 1), step / 2);
                publish_stores();
                if constexpr (SAVE)
                {
                    const long long to = (value_chunks + step) * DV + first_column;
                    store_block<1>(states + to * KEY_ROW, hand, E_AT * 2, 0);
                    store_block<1>(y + to * CHUNK_ROW, hand + E_AT, (HANDED - E_AT) * 2, 0);
                    wait_stores();
                    arrive(taken + (step & 1));
                }
                else hand_over(hand, HANDED * 2, handed + (step & 1), 1);
            }
    }
    else if (!outputs)
    {
        float s[16][4];
        const long long state_at = (long long)batch_head * KEY_WIDTH * VALUE_WIDTH + first_column + warp * 16;
        auto place = [&](int tile, int i) { return state_at + (tile * 8 + t2 + (i & 1)) * VALUE_WIDTH + g + (i & 2) * 4; };
        auto real = [&](int tile, int i) { return tile * 8 + t2 + (i & 1) < KEY_WIDTH; };
#pragma unroll
        for (int tile = 0; tile < 16; tile++)
#pragma unroll
            for (int i = 0; i < 4; i++) s[tile][i] = initial && real(tile, i) ? initial[place(tile, i)] : 0.f;
        // Where this lane's rows of what is handed over begin, and where their pieces 2 j and 2 j + 1 of eight are; kept, since the chain would wait for it each time.
        const int own_row = warp * 16 + (lane & 15);
        int state_place[4], e_place[4];
#pragma unroll
        for (int j = 0; j < 4; j++)
        {
            const int piece = j * 2 + (lane >> 4);
            state_place[j] = SAVE ? own_row * KEY_ROW + piece * 8 : panel_place(own_row, piece);
            e_place[j] = E_AT + (SAVE ? own_row * CHUNK_ROW + piece * 8 : panel_place(own_row, piece));
            asm("" : "+r"(state_place[j]), "+r"(e_place[j]));
        }

#pragma unroll 1
        for (int step = 0; step < run; step++)
        {
            const u16* stage = stages + step % STAGES * STAGE;
            u16* hand = hands + (step & 1) * HANDED;
            const float* growth = reinterpret_cast<const float*>(stage + FACTORS_AT) + t2;
            const float* beta = growth + GROWTH;
            const float* remaining = growth + 2 * CHUNK;
            const float* channels = growth + CHUNK;
            u32 left[DK / 16][4], r[4][4];
            float sum[8][4];
#pragma unroll
            for (int inner = 0; inner < DK / 16; inner++) pack_left(left[inner], s[2 * inner], s[2 * inner + 1]);
            wait_phase(filled + step % STAGES, step / STAGES);
            __syncwarp();
#pragma unroll
            for (int tile = 0; tile < 4; tile++)                    // V^T
                load_matrices_transposed(r[tile], stage + V_AT + panel_place(tile * 16 + (lane & 7) + 8 * (lane >> 4), warp * 2 + (lane >> 3 & 1)));
            float2 grown[8];
            if constexpr (!CHANNEL_DECAY)
#pragma unroll
                for (int tile = 0; tile < 8; tile++) grown[tile] = *reinterpret_cast<const float2*>(growth + tile * 8);
            const u64 written = wide_operand<CHUNK>(stage), read = wide_operand<CHUNK>(stage + READ_AT), z = wide_operand<CHUNK>(stage + Z_AT);
            wide_fence();
#pragma unroll
            for (int inner = 0; inner < DK / 16; inner++) wide_multiply(sum, left[inner], read + inner_step<CHUNK>(inner), inner);
            wide_commit();

            // Read here and not earlier, so that the products do not have to wait for what they hide.
            const float whole = *reinterpret_cast<const volatile float*>(growth + CHUNK - 1 - t2);
            u32 decayed = 0xffffffffu;
#pragma unroll
            for (int tile = 0; tile < DK / 8; tile++)
            {
                const float2 decay = CHANNEL_DECAY ? *reinterpret_cast<const float2*>(channels + tile * 8) : make_float2(whole, whole);
#pragma unroll
                for (int i = 0; i < 4; i++)
                {
                    s[tile][i] *= i & 1 ? decay.y : decay.x;
                    decayed &= __float_as_uint(s[tile][i]);
                }
            }
            keep_before(decayed, hand);
            if (step >= 2) wait_phase(taken + (step & 1), step / 2 - 1);
            __syncwarp();
#pragma unroll
            for (int inner = 0; inner < DK / 16; inner++)
                store_matrices(hand + state_place[inner % 4] + inner / 4 * (SAVE ? 64 : COLUMNS * 64), left[inner]);
            wide_wait<0>();
            wide_arrived(sum);

            // R^T; a lane holds tokens t2, t2 + 1 of every 8.
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
            {
                const float2 by = CHANNEL_DECAY ? make_float2(1.f, 1.f) : grown[tile];
#pragma unroll
                for (int i = 0; i < 2; i++)
                {
                    u32& pair = r[tile / 2][2 * (tile & 1) + i];
                    pair = floats_to_bf16x2(low_half(pair) - by.x * sum[tile][2 * i], high_half(pair) - by.y * sum[tile][2 * i + 1]);
                }
            }
            wide_fence();
#pragma unroll
            for (int inner = 0; inner < 4; inner++) wide_multiply(sum, r[inner], z + inner_step<CHUNK>(inner), inner);
            wide_commit();
            float2 strength[8], rest[8];
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
            {
                strength[tile] = rest[tile] = *reinterpret_cast<const float2*>(beta + tile * 8);
                if constexpr (CHANNEL_DECAY) continue;
                const float2 left_over = *reinterpret_cast<const float2*>(remaining + tile * 8);
                rest[tile] = make_float2(rest[tile].x * left_over.x, rest[tile].y * left_over.y);
            }
            wide_wait<0>();
            wide_arrived(sum);

            // E^T, scaled for the state's update; then, while that runs, as the output takes it (SAVE: Y^T).
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
#pragma unroll
                for (int i = 0; i < 2; i++) r[tile / 2][2 * (tile & 1) + i] = floats_to_bf16x2(sum[tile][2 * i] * rest[tile].x, sum[tile][2 * i + 1] * rest[tile].y);
            wide_fence();
#pragma unroll
            for (int inner = 0; inner < 4; inner++) wide_multiply<1>(s, r[inner], written + transposed_step(inner), 1);
            wide_commit();
            wide_arrived(sum);
#pragma unroll
            for (int inner = 0; inner < 4; inner++)
            {
                float given[2][4];
#pragma unroll
                for (int half = 0; half < 2; half++)
#pragma unroll
                    for (int i = 0; i < 4; i++)
                    {
                        const int tile = inner * 2 + half;
                        given[half][i] = SAVE ? sum[tile][i] : sum[tile][i] * (i & 1 ? strength[tile].y : strength[tile].x);
                    }
                u32 packed[4];
                pack_left(packed, given[0], given[1]);
                store_matrices(hand + e_place[inner], packed);
            }
            __syncwarp();
            if (lane < SPEAKERS) arrive(ready + (step & 1));
            wide_wait<0>();
            wide_arrived(s);
            if (lane < SPEAKERS) arrive(emptied + step % STAGES);
        }
        if (final)
#pragma unroll
            for (int tile = 0; tile < 16; tile++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                    if (real(tile, i)) final[place(tile, i)] = s[tile][i];
    }
    else
    {
        const int row = warp * 16 + g;                              // and row + 8
#pragma unroll 1
        for (int step = 0; step < run; step++)
        {
            const u16* stage = stages + step % STAGES * STAGE;
            const u16* hand = hands + (step & 1) * HANDED;
            wait_phase(filled + step % STAGES, step / STAGES);
            wait_phase(handed + (step & 1), step / 2);
            __syncwarp();
            if (threadIdx.x == 0 && step + 2 < run) announce_bytes(handed + (step & 1), HANDED * 2);
            const float* growth = reinterpret_cast<const float*>(stage + GROWTH_AT) + row;
            const float by[2] = {CHANNEL_DECAY ? scale : scale * growth[0], CHANNEL_DECAY ? scale : scale * growth[8]};
            const u64 q = wide_operand<CHUNK>(stage), a = wide_operand<CHUNK>(stage + A_AT), state = wide_operand<COLUMNS>(hand), e = wide_operand<COLUMNS>(hand + E_AT);
            float sum[8][4];
            wide_fence();
#pragma unroll
            for (int inner = 0; inner < DK / 16; inner++) wide_multiply(sum, q + inner_step<CHUNK>(inner), state + inner_step<COLUMNS>(inner), inner);
            wide_commit();
            wide_wait<0>();
            wide_arrived(sum);
#pragma unroll
            for (int tile = 0; tile < 8; tile++)
#pragma unroll
                for (int i = 0; i < 4; i++) sum[tile][i] *= by[i >> 1];
            wide_fence();
#pragma unroll
            for (int inner = 0; inner < 4; inner++) wide_multiply(sum, a + inner_step<CHUNK>(inner), e + inner_step<COLUMNS>(inner), 1);
            wide_commit();
            wide_wait<0>();
            wide_arrived(sum);
            __syncwarp();                                           // the other lanes have read their growth as well
            if (lane < SPEAKERS)
            {
                arrive(emptied + step % STAGES);
                arrive_in(taken + (step & 1), 0);
            }
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                const int token = (first_chunk + step) * CHUNK + row + half * 8;
                if (token >= length) continue;
                u16* to = o + (((long long)batch * length + token) * value_heads + value_head) * VALUE_WIDTH + first_column + t2;
#pragma unroll
                for (int tile = 0; tile < 8; tile++) *reinterpret_cast<u32*>(to + tile * 8) = floats_to_bf16x2(sum[tile][2 * half], sum[tile][2 * half + 1]);
            }
            __syncwarp();
        }
    }
    if constexpr (!SAVE) meet_cluster();                            // a block's shared memory must outlive what the other writes to it
}
