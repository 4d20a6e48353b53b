// What both directions of short_attention.cu share: the rotation by units of eight angles, and loading a head.
constexpr int PAIRS = WIDTH / 2;

struct Unit { Words x, y; };             // 16 elements of a row, whose pairs lie within them

__device__ __forceinline__ int unit_start(int unit) { return ADJACENT ? 16 * unit : 8 * unit; }

constexpr int PARTNER = ADJACENT ? 8 : PAIRS;

__device__ __forceinline__ Unit load_unit(const u16* row, int unit, bool live)
{
    Unit part = {};
    if (live)
    {
        part.x = *reinterpret_cast<const Words*>(row + unit_start(unit));
        part.y = *reinterpret_cast<const Words*>(row + unit_start(unit) + PARTNER);
    }
    return part;
}

__device__ __forceinline__ void store_unit(u16* row, int unit, const Unit& part)
{
    *reinterpret_cast<Words*>(row + unit_start(unit)) = part.x;
    *reinterpret_cast<Words*>(row + unit_start(unit) + PARTNER) = part.y;
}

// Turned by the eight angles that begin at `turns`, each (cos, sin).
__device__ __forceinline__ void turn_unit(Unit& part, const float4 (&turns)[4])
{
#pragma unroll
    for (int w = 0; w < 4; w++)
    {
        const float4 turn = turns[w];           // two angles
#if ADJACENT
        Words& half = w < 2 ? part.x : part.y;
#pragma unroll
        for (int k = 0; k < 2; k++)
        {
            u32& pair = half.w[w % 2 * 2 + k];
            const float p = bf16_to_float(pair), q = __uint_as_float(pair & 0xffff0000u), c = k ? turn.z : turn.x, s = k ? turn.w : turn.y;
            pair = floats_to_bf16x2(p * c - q * s, q * c + p * s);
        }
#else
        const float p0 = bf16_to_float(part.x.w[w]), p1 = __uint_as_float(part.x.w[w] & 0xffff0000u);
        const float q0 = bf16_to_float(part.y.w[w]), q1 = __uint_as_float(part.y.w[w] & 0xffff0000u);
        part.x.w[w] = floats_to_bf16x2(p0 * turn.x - q0 * turn.y, p1 * turn.z - q1 * turn.w);
        part.y.w[w] = floats_to_bf16x2(q0 * turn.x + p0 * turn.y, q1 * turn.z + p1 * turn.w);
#endif
    }
}

// A head's queries and keys, turned, and values into shared memory, zeros from `length` on; with GRADIENTS the outputs' gradients and each row's dy . y too.
template <bool GRADIENTS, int THREADS> __device__ __forceinline__ void load_head(
    u16* q, u16* k, u16* v, u16* up, float* delta, const u16* packed, long long stride, long long width, const float2* table, const u16* dy, const u16* y, int length)
{
#pragma unroll 2
    for (int i = threadIdx.x; i < ROWS * INNER; i += THREADS)
    {
        const int row = i / INNER, unit = i % INNER;
        const bool live = row < length;
        const u16* from = packed + row * stride;
        Unit parts[3];
#pragma unroll
        for (int which = 0; which < 3; which++) parts[which] = load_unit(from + which * width, unit, live);
        float4 turns[4] = {};
        if (ROTATE && live)
        {
            const float4* angles = reinterpret_cast<const float4*>(table + (long long)row * PAIRS + unit * 8);
#pragma unroll
            for (int w = 0; w < 4; w++) turns[w] = angles[w];
        }
        if constexpr (GRADIENTS)
        {
            const Unit above = load_unit(dy + row * width, unit, live), out = load_unit(y + row * width, unit, live);
            store_unit(up + row * ROW, unit, above);
            const float sum = lanes_sum<INNER>(dot(above.x, out.x) + dot(above.y, out.y));
            if (unit == 0) delta[row] = sum;
        }
        if (ROTATE)
        {
            turn_unit(parts[0], turns);
            turn_unit(parts[1], turns);
        }
        store_unit(q + row * ROW, unit, parts[0]);
        store_unit(k + row * ROW, unit, parts[1]);
        store_unit(v + row * ROW, unit, parts[2]);
    }
}

// Gradients of turned rows back to those of the rows before: the sums of 16 rows from position `first`.
__device__ __forceinline__ void turn_back(float (&sum)[TILES][4], const float2* table, int first, int length)
{
#if ROTATE
    const int lane = threadIdx.x % 32, t2 = lane % 4 * 2;
#pragma unroll
    for (int half = 0; half < 2; half++)
    {
        const float2* row = table + (long long)min(first + lane / 4 + 8 * half, length - 1) * PAIRS;
#if ADJACENT
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
        {
            const float2 turn = row[tile * 4 + t2 / 2];
            const float p = sum[tile][2 * half], q = sum[tile][2 * half + 1];
            sum[tile][2 * half] = p * turn.x + q * turn.y;
            sum[tile][2 * half + 1] = q * turn.x - p * turn.y;
        }
#else
#pragma unroll
        for (int tile = 0; tile < TILES / 2; tile++)
#pragma unroll
            for (int i = 2 * half; i < 2 * half + 2; i++)
            {
                const float2 turn = row[tile * 8 + t2 + (i & 1)];
                const float p = sum[tile][i], q = sum[tile + TILES / 2][i];
                sum[tile][i] = p * turn.x + q * turn.y;
                sum[tile + TILES / 2][i] = q * turn.x - p * turn.y;
            }
#endif
    }
#endif
}
