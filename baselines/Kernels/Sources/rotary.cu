// Splits packed projections [tokens, (turned + kept) · WIDTH + …] into rotated heads and plain heads, and brings their gradients back into the packed layout.
// table[position][pair] = (cos, sin) in float32. ADJACENT=1: pairs (2i, 2i+1); 0: pairs (i, i + WIDTH/2). A thread owns COUNT elements and their partners: one each
// where rows are of any width, and with VECTOR=1 (WIDTH a multiple of 2·VEC, everything on 16-byte boundaries) as many as 16-byte accesses bring.
constexpr int PAIRS = WIDTH / 2;
#if VECTOR
constexpr int COUNT = VEC;
#else
constexpr int COUNT = 1;
#endif
constexpr int UNITS = WIDTH / 2 / COUNT;                  // threads a head

struct Part { float v[COUNT]; };

__device__ __forceinline__ Part load_part(const element* from)
{
    Part part;
#if VECTOR
    const Pack pack = load_pack(from);
#pragma unroll
    for (int i = 0; i < COUNT; i++) part.v[i] = pack.v[i];
#else
    part.v[0] = load_one(from);
#endif
    return part;
}

__device__ __forceinline__ void store_part(element* to, const Part& part)
{
#if VECTOR
    Pack pack;
#pragma unroll
    for (int i = 0; i < COUNT; i++) pack.v[i] = part.v[i];
    store_pack(to, pack);
#else
    store_one(to, part.v[0]);
#endif
}

// Where a thread's two parts begin within a head.
__device__ __forceinline__ void places(int unit, int& first, int& second)
{
#if ADJACENT
    first = 2 * COUNT * unit;
    second = first + COUNT;
#else
    first = COUNT * unit;
    second = first + PAIRS;
#endif
}

// Turns both parts by their angles, or back. Row of the table: that of the token's position.
__device__ __forceinline__ void rotate(Part& x, Part& y, const float2* row, int unit, float direction)
{
#if ADJACENT && VECTOR
    // Pairs lie within a part.
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        Part& part = half ? y : x;
#pragma unroll
        for (int i = 0; i < COUNT; i += 2)
        {
            const float2 turn = row[unit * COUNT + half * (COUNT / 2) + i / 2];
            const float a = part.v[i], b = part.v[i + 1], s = direction * turn.y;
            part.v[i] = a * turn.x - b * s;
            part.v[i + 1] = b * turn.x + a * s;
        }
    }
#else
#pragma unroll
    for (int i = 0; i < COUNT; i++)
    {
        const float2 turn = row[unit * COUNT + i];
        const float a = x.v[i], b = y.v[i], s = direction * turn.y;
        x.v[i] = a * turn.x - b * s;
        y.v[i] = b * turn.x + a * s;
    }
#endif
}

// offsets[b]: tokens that row b has seen, in device memory so that a graph can be replayed at any position; null: all start at 0.
__device__ __forceinline__ const float2* angles(const float2* table, const long long* offsets, long long token, long long length)
{
    return table + (token % length + (offsets ? offsets[token / length] : 0)) * PAIRS;
}

extern "C" __global__ void __launch_bounds__(256) split_rotate(
    const element* __restrict__ packed, const float2* __restrict__ table, const long long* __restrict__ offsets,
    element* __restrict__ q, element* __restrict__ k, element* __restrict__ v,
    long long tokens, long long length, long long stride, int query_heads, int key_heads)
{
    const int heads = query_heads + 2 * key_heads;
    const long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= tokens * heads * UNITS) return;
    const int unit = i % UNITS, head = i / UNITS % heads;
    const long long token = i / UNITS / heads;
    int a, b;
    places(unit, a, b);
    const element* from = packed + token * stride + head * WIDTH;
    Part x = load_part(from + a), y = load_part(from + b);
    element* to;
    if (head < query_heads) to = q + (token * query_heads + head) * WIDTH;
    else if (head < query_heads + key_heads) to = k + (token * key_heads + head - query_heads) * WIDTH;
    else to = v + (token * key_heads + head - query_heads - key_heads) * WIDTH;
    if (head < query_heads + key_heads) rotate(x, y, angles(table, offsets, token, length), unit, 1.f);
    store_part(to + a, x);
    store_part(to + b, y);
}

extern "C" __global__ void __launch_bounds__(256) split_rotate_backward(
    const element* __restrict__ dq, const element* __restrict__ dk, const element* __restrict__ dv, const float2* __restrict__ table,
    const long long* __restrict__ offsets, element* __restrict__ dpacked, long long tokens, long long length, int query_heads, int key_heads,
    long long q_batch, long long q_token, long long q_head, long long k_batch, long long k_token, long long k_head,
    long long v_batch, long long v_token, long long v_head)
{
    const int heads = query_heads + 2 * key_heads;
    const long long i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= tokens * heads * UNITS) return;
    const int unit = i % UNITS, head = i / UNITS % heads;
    const long long token = i / UNITS / heads, batch = token / length, time = token % length;
    int a, b;
    places(unit, a, b);
    const element* from;
    if (head < query_heads) from = dq + batch * q_batch + time * q_token + head * q_head;
    else if (head < query_heads + key_heads) from = dk + batch * k_batch + time * k_token + (head - query_heads) * k_head;
    else from = dv + batch * v_batch + time * v_token + (head - query_heads - key_heads) * v_head;
    Part x = load_part(from + a), y = load_part(from + b);
    if (head < query_heads + key_heads) rotate(x, y, angles(table, offsets, token, length), unit, -1.f);
    element* to = dpacked + (token * heads + head) * WIDTH;
    store_part(to + a, x);
    store_part(to + b, y);
}
