// h = silu(gate) * up from packed rows [gate | up] of 2·inner elements, and its gradient in the same layout. Activation and product round as the plain version does.
extern "C" __global__ void __launch_bounds__(256) swiglu_forward(const element* __restrict__ both, element* __restrict__ h, long long rows, long long inner)
{
    const long long packs = inner / VEC;
    for (long long i = (long long)blockIdx.x * 256 + threadIdx.x; i < rows * packs; i += (long long)gridDim.x * 256)
    {
        const long long row = i / packs, column = i % packs * VEC;
        const Pack g = load_pack(both + row * 2 * inner + column), u = load_pack(both + row * 2 * inner + inner + column);
        Pack out;
#pragma unroll
        for (int k = 0; k < VEC; k++) out.v[k] = as_element(g.v[k] * sigmoid(g.v[k])) * u.v[k];
        store_pack(h + row * inner + column, out);
    }
}

extern "C" __global__ void __launch_bounds__(256) swiglu_backward(
    const element* __restrict__ both, const element* __restrict__ dh, element* __restrict__ dboth, long long rows, long long inner)
{
    const long long packs = inner / VEC;
    for (long long i = (long long)blockIdx.x * 256 + threadIdx.x; i < rows * packs; i += (long long)gridDim.x * 256)
    {
        const long long row = i / packs, column = i % packs * VEC;
        const Pack g = load_pack(both + row * 2 * inner + column), u = load_pack(both + row * 2 * inner + inner + column);
        const Pack d = load_pack(dh + row * inner + column);
        Pack dg, du;
#pragma unroll
        for (int k = 0; k < VEC; k++)
        {
            const float s = sigmoid(g.v[k]);
            du.v[k] = d.v[k] * g.v[k] * s;
            dg.v[k] = d.v[k] * u.v[k] * s * (1.f + g.v[k] * (1.f - s));
        }
        store_pack(dboth + row * 2 * inner + column, dg);
        store_pack(dboth + row * 2 * inner + inner + column, du);
    }
}
