// Scores of the lightning indexer for many queries, as index_tile_scores of sparse_prefill.cu, by Hopper's warpgroup products (sm_90a): I[t,s] = Σ_h w_h relu(q_h · k_s).
// A block keeps 64 queries of all heads on chip and runs through keys; a warpgroup takes every other 128 of them, and weighs one head's products beside those of the next.
// Constants: INDEX_HEADS (HI, at most 16); heads are 64 wide.
#include "tensor_core.cuh"
#include "warpgroup.cuh"

constexpr int HEADS = 16, WIDTH = 64, QUERIES = 64, KEYS = 128, GROUPS = 2, THREADS = 128 * GROUPS;
constexpr int HEAD = QUERIES * WIDTH, TILE = KEYS * WIDTH;

// queries [Lq, 16, 64], weights [Lq, 16], keys [before + Lq, 64]; scores [Lq, limit]: keys 0 ... before + query of a row are written, and some beyond.
// grid: (spans of `span` tiles of 128 keys, blocks of 64 queries).
extern "C" __global__ void __launch_bounds__(THREADS, 1) index_wide_scores(
    const u16* __restrict__ queries, const float* __restrict__ weights, const u16* __restrict__ keys, float* __restrict__ scores, long long limit, int before, int count, int span)
{
    PANELS shared[];
    __shared__ float strength[INDEX_HEADS][QUERIES];
    u16* asked = reinterpret_cast<u16*>(shared);
    const int group = threadIdx.x / 128, thread = threadIdx.x % 128, lane = threadIdx.x % 32, row = thread / 32 * 16 + lane / 4, t2 = lane % 4 * 2;
    const int first_query = blockIdx.y * QUERIES, last_query = min(first_query + QUERIES, count) - 1;
    const int first_tile = blockIdx.x * span, end = min(first_tile + span, (before + last_query) / KEYS + 1);
    if (first_tile >= end) return;
    u16* stages = asked + INDEX_HEADS * HEAD + group * 2 * TILE;
    auto load = [&](int use, int tile)
    {
        u16* to = stages + (use & 1) * TILE + panel_place(thread / 8, thread % 8);
        const int first = tile * KEYS + thread / 8;
        if (tile < end)
#pragma unroll
            for (int line = 0; line < KEYS; line += 16)
            {
                const bool live = first + line <= before + last_query;
                copy_async(to + line * WIDTH, live ? keys + (long long)(first + line) * WIDTH + thread % 8 * 8 : keys, live);
            }
        commit_copies();
    };
    for (int i = threadIdx.x; i < INDEX_HEADS * QUERIES * 8; i += THREADS)
    {
        const int piece = i % 8, head = i / 8 % INDEX_HEADS, query = i / 8 / INDEX_HEADS;
        const bool live = first_query + query <= last_query;
        copy_async(asked + head * HEAD + panel_place(query, piece), live ? queries + ((long long)(first_query + query) * HEADS + head) * WIDTH + piece * 8 : queries, live);
    }
    for (int i = threadIdx.x; i < INDEX_HEADS * QUERIES; i += THREADS)
    {
        const int query = i / INDEX_HEADS, head = i % INDEX_HEADS;
        strength[head][query] = first_query + query <= last_query ? weights[(long long)(first_query + query) * HEADS + head] : 0.f;
    }
    load(0, first_tile + group);
    wait_copies<0>();
    publish_stores();
    __syncthreads();
    int use = 0;
#pragma unroll 1
    for (int tile = first_tile + group; tile < end; tile += GROUPS, use++)
    {
        load(use + 1, tile + GROUPS);
        const u64 operand = wide_operand<KEYS>(stages + (use & 1) * TILE);
        float total[16][4] = {}, product[2][16][4];
        auto start = [&](int head, float (&to)[16][4])
        {
            const u64 left = wide_operand<QUERIES>(asked + head * HEAD);
            wide_fence();
#pragma unroll
            for (int inner = 0; inner < WIDTH / 16; inner++) wide_multiply(to, left + inner_step<QUERIES>(inner), operand + inner_step<KEYS>(inner), inner);
            wide_commit();
        };
        start(0, product[0]);
#pragma unroll
        for (int head = 0; head < INDEX_HEADS; head++)
        {
            float (&now)[16][4] = product[head & 1];
            if (head + 1 < INDEX_HEADS)
            {
                start(head + 1, product[(head + 1) & 1]);
                wide_wait<1>();
            }
            else wide_wait<0>();
            wide_arrived(now);
            const float low = strength[head][row], high = strength[head][row + 8];
#pragma unroll
            for (int n = 0; n < 16; n++)
#pragma unroll
                for (int i = 0; i < 4; i++) total[n][i] += (i < 2 ? low : high) * fmaxf(now[n][i], 0.f);
        }
#pragma unroll
        for (int half = 0; half < 2; half++)
        {
            const int query = first_query + row + 8 * half;
            if (query > last_query) continue;
            float* to = scores + query * limit + tile * KEYS + t2;
#pragma unroll
            for (int n = 0; n < 16; n++)
                if (tile * KEYS + n * 8 < limit) *reinterpret_cast<float2*>(to + n * 8) = make_float2(total[n][2 * half], total[n][2 * half + 1]);
        }
        wait_copies<0>();
        publish_stores();
        meet(1 + group, 128);
    }
}
