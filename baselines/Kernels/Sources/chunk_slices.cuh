// The products over value columns that gradients of a chunk need, in the registers of a block's warps: four tiles of 16 tokens, two or four groups of columns.
//   dO Y^T, dR Y^T [64, 64] and dO S^T, dR S^T, Y dS'^T [64, DK]; without a delta rule Y is V, and the products with dR are absent.
// The value columns come in slices of VALUE_SLICE, the next one copied while one is worked on.
constexpr int GROUPS = DK == 128 ? 4 : 2, THREADS = 128 * GROUPS;   // four groups where the registers of two would leave the multiprocessor half empty
constexpr int VALUE_SLICE = DV % 32 == 0 ? 32 : 16, SLICES = DV / VALUE_SLICE, SLICE_ROW = VALUE_SLICE + 8;
constexpr int WIDTH = DK / GROUPS, TILES = WIDTH / 8;               // key columns of a group, in all and in tiles of 8
constexpr int TOKENS = CHUNK / GROUPS, TOKEN_TILES = TOKENS / 8;    // columns of the 64 x 64 matrices of a group
constexpr int AHEAD = DK <= 128 ? 4 : 2;                            // operands on their way: as many as registers allow

constexpr int DR_AT = CHUNK * SLICE_ROW;
constexpr int Y_AT = DR_AT + DELTA * CHUNK * SLICE_ROW;             // Y^T [VALUE_SLICE, 64]; without a delta rule V [64, VALUE_SLICE]
constexpr int STATE_AT = Y_AT + (DELTA ? VALUE_SLICE * CHUNK_ROW : CHUNK * SLICE_ROW);
constexpr int DSTATE_AT = STATE_AT + VALUE_SLICE * KEY_ROW;
constexpr int STAGE = DSTATE_AT + VALUE_SLICE * KEY_ROW;

struct SliceSums
{
    float da[TOKEN_TILES][4], n[TOKEN_TILES][4];                // 16 tokens, the columns of this group
    float out_s[TILES][4], dr_s[TILES][4], e_ds[TILES][4];
};

// fetch_extra(arrival) starts copies of extra_bytes that are there with the first slice; use_states(s, ds) sees each slice of S^T and dS'^T, [VALUE_SLICE, KEY_ROW].
// At the end every thread may use the memory of the slices, and all copies are done.
template <class FetchExtra, class UseStates> __device__ __forceinline__ void sum_slices(
    SliceSums& sums, u16* slices, u64* arrivals, int extra_bytes, FetchExtra fetch_extra, UseStates use_states,
    const u16* v, const u16* dout, const u16* dr, const u16* y, const u16* states, const u16* dstates, long long v_row, long long here, int chunk, int length, int batch,
    int value_heads, int value_head)
{
    const int warp = threadIdx.x / 32, row_tile = warp % 4, group = warp / 4;
    const int first = chunk * CHUNK, valid = min(CHUNK, length - first);
    const long long first_token = (long long)batch * length + first, out_row = (long long)value_heads * VALUE_WIDTH;
    auto &da = sums.da, &n = sums.n;
    auto &out_s = sums.out_s, &dr_s = sums.dr_s, &e_ds = sums.e_ds;
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
#pragma unroll
        for (int tile = 0; tile < TOKEN_TILES; tile++) da[tile][i] = n[tile][i] = 0.f;
#pragma unroll
        for (int tile = 0; tile < TILES; tile++) out_s[tile][i] = dr_s[tile][i] = e_ds[tile][i] = 0.f;
    }
    auto fetch = [&](int slice)
    {
        if (slice < SLICES)
        {
            u16* stage = slices + slice % 2 * STAGE;
            u64* arrival = arrivals + slice % 2;
            const int from = slice * VALUE_SLICE;
            constexpr int BYTES = (DELTA * VALUE_SLICE * CHUNK_ROW + 2 * VALUE_SLICE * KEY_ROW) * 2;
            expect_bytes(arrival, slice ? BYTES : BYTES + extra_bytes, threadIdx.x);
            if (slice == 0) fetch_extra(arrival);
            copy_block<THREADS>(stage + STATE_AT, states + (here * DV + from) * KEY_ROW, VALUE_SLICE * KEY_ROW * 2, arrival, threadIdx.x);
            copy_block<THREADS>(stage + DSTATE_AT, dstates + (here * DV + from) * KEY_ROW, VALUE_SLICE * KEY_ROW * 2, arrival, threadIdx.x);
            if constexpr (DELTA) copy_block<THREADS>(stage + Y_AT, y + (here * DV + from) * CHUNK_ROW, VALUE_SLICE * CHUNK_ROW * 2, arrival, threadIdx.x);
            for (int i = threadIdx.x; i < CHUNK * VALUE_SLICE / 8; i += THREADS)
            {
                const int row = i / (VALUE_SLICE / 8), column = i % (VALUE_SLICE / 8) * 8;
                const bool there = row < valid && from + column < VALUE_WIDTH;
                const long long at = there ? (first_token + row) * out_row + value_head * VALUE_WIDTH + from + column : 0;
                copy_async(stage + row * SLICE_ROW + column, dout + at, there);
                if constexpr (DELTA) copy_async(stage + DR_AT + row * SLICE_ROW + column, dr + at, there);
                else copy_async(stage + Y_AT + row * SLICE_ROW + column, v + (there ? (first_token + row) * v_row + value_head * VALUE_WIDTH + from + column : 0), there);
            }
        }
        commit_copies();
    };
    fetch(0);
#pragma unroll 1
    for (int slice = 0; slice < SLICES; slice++)
    {
        fetch(slice + 1);
        wait_copies<1>();
        wait_arrival(arrivals + slice % 2, slice / 2);
        __syncthreads();
        const u16* stage = slices + slice % 2 * STAGE;
#pragma unroll
        for (int inner = 0; inner < VALUE_SLICE; inner += 16)
        {
            u32 left_out[4], left_dr[4], left_e[4];
            load_matrices(left_out, rows_first(stage + row_tile * 16 * SLICE_ROW + inner, SLICE_ROW));
            if constexpr (DELTA)
            {
                load_matrices(left_dr, rows_first(stage + DR_AT + row_tile * 16 * SLICE_ROW + inner, SLICE_ROW));
                load_matrices_transposed(left_e, columns_first(stage + Y_AT + inner * CHUNK_ROW + row_tile * 16, CHUNK_ROW));
            }
            else load_matrices(left_e, rows_first(stage + Y_AT + row_tile * 16 * SLICE_ROW + inner, SLICE_ROW));
            const u16* state = rows_first(stage + STATE_AT + inner * KEY_ROW + group * WIDTH, KEY_ROW);
            const u16* dstate = rows_first(stage + DSTATE_AT + inner * KEY_ROW + group * WIDTH, KEY_ROW);
            stream<TOKEN_TILES / 2 + TILES, AHEAD>(
                [&](u32 (&b)[4], int i)
                {
                    if (i < TOKEN_TILES / 2)
                    {
                        if constexpr (DELTA) load_matrices_transposed(b, rows_first(stage + Y_AT + inner * CHUNK_ROW + group * TOKENS + i * 16, CHUNK_ROW));
                        else load_matrices(b, columns_first(stage + Y_AT + (group * TOKENS + i * 16) * SLICE_ROW + inner, SLICE_ROW));
                    }
                    else load_matrices_transposed(b, ((i - TOKEN_TILES / 2) % 2 ? dstate : state) + (i - TOKEN_TILES / 2) / 2 * 16);
                },
                [&](const u32 (&b)[4], int i)
                {
                    if (i < TOKEN_TILES / 2)
                    {
                        multiply(da[2 * i], left_out, b[0], b[1]);
                        multiply(da[2 * i + 1], left_out, b[2], b[3]);
                        if constexpr (DELTA)
                        {
                            multiply(n[2 * i], left_dr, b[0], b[1]);
                            multiply(n[2 * i + 1], left_dr, b[2], b[3]);
                        }
                        return;
                    }
                    const int tile = (i - TOKEN_TILES / 2) / 2 * 2;
                    if ((i - TOKEN_TILES / 2) % 2)
                    {
                        multiply(e_ds[tile], left_e, b[0], b[1]);
                        multiply(e_ds[tile + 1], left_e, b[2], b[3]);
                        return;
                    }
                    multiply(out_s[tile], left_out, b[0], b[1]);
                    multiply(out_s[tile + 1], left_out, b[2], b[3]);
                    if constexpr (DELTA)
                    {
                        multiply(dr_s[tile], left_dr, b[0], b[1]);
                        multiply(dr_s[tile + 1], left_dr, b[2], b[3]);
                    }
                });
        }
        use_states(stage + STATE_AT, stage + DSTATE_AT);
        __syncthreads();
    }
    wait_copies<0>();
}
