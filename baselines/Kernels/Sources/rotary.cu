// Splits packed projections [tokens, (turned + kept) · WIDTH + …] into rotated heads and plain heads, and brings their gradients back into the packed layout.
// table[position][pair] = (cos, sin) in float32. ADJACENT=1: pairs (2i, 2i+1); 0: pairs (i, i + WIDTH/2). A thread owns one pair of one head.
constexpr int PAIRS = WIDTH / 2;

__device__ __forceinline__ void places(int pair, int& first, int& second)
{
#if ADJACENT
    first = 2 * pair;
    second = 2 * pair + 1;
#else
    first = pair;
    second = pair + PAIRS;
#endif
}

// offsets[b]: tokens that row b has seen, in device memory so that a graph can be replayed at any position; null: all start at 0.
__device__ __forceinline__ float2 angle(const float2* table, const long long* offsets, long long token, long long length, int pair)
{
    const long long position = token % length + (offsets ? offsets[token / length] : 0);
    return table[position * PAIRS + pair];
}

extern "C" __global__ void __launch_bounds__(256) split_rotate(
    const element* __restrict__ packed, const float2* __restrict__ table, const long long* __restrict__ offsets,
    element* __restrict__ q, element* __restrict__ k, element* __restrict__ v,
    long long tokens, long long length, long long stride, int query_heads, int key_heads)
{
    const int heads = query_heads + 2 * key_heads;
    const long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= tokens * heads * PAIRS) return;
    const int pair = i % PAIRS, head = i / PAIRS % heads;
    const long long token = i / PAIRS / heads;
    int a, b;
    places(pair, a, b);
    const element* from = packed + token * stride + head * WIDTH;
    float x = load_one(from + a), y = load_one(from + b);
    element* to;
    if (head < query_heads) to = q + (token * query_heads + head) * WIDTH;
    else if (head < query_heads + key_heads) to = k + (token * key_heads + head - query_heads) * WIDTH;
    else to = v + (token * key_heads + head - query_heads - key_heads) * WIDTH;
    if (head < query_heads + key_heads)
    {
        const float2 turn = angle(table, offsets, token, length, pair);
        const float turned = x * turn.x - y * turn.y;
        y = y * turn.x + x * turn.y;
        x = turned;
    }
    store_one(to + a, x);
    store_one(to + b, y);
}

extern "C" __global__ void __launch_bounds__(256) split_rotate_backward(
    const element* __restrict__ dq, const element* __restrict__ dk, const element* __restrict__ dv, const float2* __restrict__ table,
    const long long* __restrict__ offsets, element* __restrict__ dpacked, long long tokens, long long length, int query_heads, int key_heads,
    long long q_batch, long long q_token, long long q_head, long long k_batch, long long k_token, long long k_head,
    long long v_batch, long long v_token, long long v_head)
{
    const int heads = query_heads + 2 * key_heads;
    const long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= tokens * heads * PAIRS) return;
    const int pair = i % PAIRS, head = i / PAIRS % heads;
    const long long token = i / PAIRS / heads, batch = token / length, time = token % length;
    int a, b;
    places(pair, a, b);
    const element* from;
    if (head < query_heads) from = dq + batch * q_batch + time * q_token + head * q_head;
    else if (head < query_heads + key_heads) from = dk + batch * k_batch + time * k_token + (head - query_heads) * k_head;
    else from = dv + batch * v_batch + time * v_token + (head - query_heads - key_heads) * v_head;
    float x = load_one(from + a), y = load_one(from + b);
    if (head < query_heads + key_heads)
    {
        const float2 turn = angle(table, offsets, token, length, pair);
        const float turned = x * turn.x + y * turn.y;
        y = y * turn.x - x * turn.y;
        x = turned;
    }
    element* to = dpacked + (token * heads + head) * WIDTH;
    store_one(to + a, x);
    store_one(to + b, y);
}
