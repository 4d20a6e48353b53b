// Copies dense rows of `width` elements into columns of wider rows, by 16 bytes.
extern "C" __global__ void __launch_bounds__(256) place_columns(const element* __restrict__ from, element* __restrict__ to, long long rows, long long width, long long stride)
{
    const long long packs = width / VEC, i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= rows * packs) return;
    *reinterpret_cast<Words*>(to + i / packs * stride + i % packs * VEC) = *reinterpret_cast<const Words*>(from + i * VEC);
}

// Two dense tensors times one factor in device memory. Sizes are multiples of VEC.
extern "C" __global__ void __launch_bounds__(256) scale_both(
    const element* __restrict__ x, const element* __restrict__ y, const float* __restrict__ factor, element* __restrict__ x_out, element* __restrict__ y_out,
    long long x_count, long long y_count)
{
    long long at = ((long long)blockIdx.x * 256 + threadIdx.x) * VEC;
    if (at >= x_count + y_count) return;
    const bool second = at >= x_count;
    if (second) at -= x_count;
    Pack pack = load_pack((second ? y : x) + at);
#pragma unroll
    for (int i = 0; i < VEC; i++) pack.v[i] *= *factor;
    store_pack((second ? y_out : x_out) + at, pack);
}
