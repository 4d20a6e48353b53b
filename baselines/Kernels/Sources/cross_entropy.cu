// Cross-entropy of rows of logits and its gradient, written over the logits: one block a row. With KEPT packs a thread the row stays in registers and
// is read once; with KEPT 0, for vocabularies of any size, it is read twice.
constexpr int THREADS = ROW_THREADS;

// How many labels count, and one over it. A block of 1024 threads.
extern "C" __global__ void __launch_bounds__(1024) count_labels(const long long* __restrict__ labels, long long rows, long long ignored, float* __restrict__ counts)
{
    float mine = 0.f;
    for (long long row = threadIdx.x; row < rows; row += 1024) mine += labels[row] != ignored;
    const float count = block_sum<1024>(mine);
    if (threadIdx.x == 0)
    {
        counts[0] = count;
        counts[1] = count > 0.f ? 1.f / count : 0.f;
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, KEPT == 0 ? 1 : KEPT <= 4 ? 6 : 2) cross_entropy_rows(
    element* __restrict__ logits, const long long* __restrict__ labels, const float* __restrict__ counts, float* __restrict__ losses,
    long long vocabulary, long long ignored, int need_gradient)
{
    element* row = logits + (long long)blockIdx.x * vocabulary;
    const long long label = labels[blockIdx.x];
    const int packs = vocabulary / VEC;
    if (label == ignored)
    {
        if (threadIdx.x == 0) losses[blockIdx.x] = 0.f;
        if (!need_gradient) return;
        Pack zero;
#pragma unroll
        for (int i = 0; i < VEC; i++) zero.v[i] = 0.f;
        for (int p = threadIdx.x; p < packs; p += THREADS) store_pack(row + p * VEC, zero);
        return;
    }
    const float hit = load_one(row + label), scale = counts[1];
#if KEPT
    Words kept[KEPT];
    float largest = -3.4e38f, sum = 0.f;
#pragma unroll
    for (int k = 0; k < KEPT; k++)
    {
        const int p = threadIdx.x + k * THREADS;
        if (p < packs) kept[k] = *reinterpret_cast<const Words*>(row + p * VEC);
    }
#pragma unroll
    for (int k = 0; k < KEPT; k++)
    {
        if (threadIdx.x + k * THREADS >= packs) continue;
        const Pack x = load_pack(reinterpret_cast<const element*>(&kept[k]));
#pragma unroll
        for (int i = 0; i < VEC; i++) largest = fmaxf(largest, x.v[i]);
    }
    const float whole = block_max<THREADS>(largest), shift = whole * LOG2_E;
#pragma unroll
    for (int k = 0; k < KEPT; k++)
    {
        if (threadIdx.x + k * THREADS >= packs) continue;
        const Pack x = load_pack(reinterpret_cast<const element*>(&kept[k]));
#pragma unroll
        for (int i = 0; i < VEC; i++) sum += power_of_two(x.v[i] * LOG2_E - shift);
    }
    sum = block_sum<THREADS>(sum);
    if (threadIdx.x == 0) losses[blockIdx.x] = logf(sum) + whole - hit;
    if (!need_gradient) return;
    // scale · softmax as a power of two: scale / sum joins the exponent.
    const float inverse = scale / sum, start = log2f(inverse) - shift;
#pragma unroll
    for (int k = 0; k < KEPT; k++)
    {
        const int p = threadIdx.x + k * THREADS;
        if (p >= packs) continue;
        Pack x = load_pack(reinterpret_cast<const element*>(&kept[k]));
#pragma unroll
        for (int i = 0; i < VEC; i++) x.v[i] = power_of_two(x.v[i] * LOG2_E + start);
        store_pack(row + p * VEC, x);
        // Written once more by the thread that wrote its pack.
        if (p == label / VEC) store_one(row + label, (power_of_two(hit * LOG2_E - shift) - sum) * inverse);
    }
#else
    float largest = -3.4e38f, sum = 0.f;
    for (int p = threadIdx.x; p < packs; p += THREADS)
    {
        const Pack x = load_pack(row + p * VEC);
        float top = x.v[0];
#pragma unroll
        for (int i = 1; i < VEC; i++) top = fmaxf(top, x.v[i]);
        if (top > largest)
        {
            sum *= expf(largest - top);
            largest = top;
        }
#pragma unroll
        for (int i = 0; i < VEC; i++) sum += expf(x.v[i] - largest);
    }
    const float whole = block_max<THREADS>(largest);
    sum = block_sum<THREADS>(sum * expf(largest - whole));
    if (threadIdx.x == 0) losses[blockIdx.x] = logf(sum) + whole - hit;
    if (!need_gradient) return;
    const float inverse = scale / sum;
    for (int p = threadIdx.x; p < packs; p += THREADS)
    {
        Pack x = load_pack(row + p * VEC);
#pragma unroll
        for (int i = 0; i < VEC; i++) x.v[i] = expf(x.v[i] - whole) * inverse - (p * VEC + i == label ? scale : 0.f);
        store_pack(row + p * VEC, x);
    }
#endif
}

// loss = sum of losses / count, in a fixed order.
extern "C" __global__ void __launch_bounds__(1024) mean_loss(const float* __restrict__ losses, const float* __restrict__ counts, float* __restrict__ loss, long long rows)
{
    float mine = 0.f;
    for (long long row = threadIdx.x; row < rows; row += 1024) mine += losses[row];
    const float sum = block_sum<1024>(mine);
    if (threadIdx.x == 0) loss[0] = sum * counts[1];
}
