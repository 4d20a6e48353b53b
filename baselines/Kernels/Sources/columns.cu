// Copies dense rows of `width` elements into columns of wider rows, by 16 bytes.
extern "C" __global__ void __launch_bounds__(256) place_columns(const element* __restrict__ from, element* __restrict__ to, long long rows, long long width, long long stride)
{
    const long long packs = width / VEC, i = (long long)blockIdx.x * 256 + threadIdx.x;
    if (i >= rows * packs) return;
    *reinterpret_cast<Words*>(to + i / packs * stride + i % packs * VEC) = *reinterpret_cast<const Words*>(from + i * VEC);
}
