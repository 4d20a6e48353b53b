// Shared by every kernel of this folder. Elements are bfloat16 (ELEMENT_BF16=1) or float32; arithmetic is float32. No headers are needed.
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#if ELEMENT_BF16
typedef u16 element;
constexpr int VEC = 8;
#else
typedef float element;
constexpr int VEC = 4;
#endif

struct alignas(16) Words { u32 w[4]; };
struct Pack { float v[VEC]; };

__device__ __forceinline__ float bf16_to_float(u32 half) { return __uint_as_float(half << 16); }

__device__ __forceinline__ u32 floats_to_bf16x2(float low, float high)
{
    u32 packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

__device__ __forceinline__ Pack load_pack(const element* address)
{
    const Words words = *reinterpret_cast<const Words*>(address);
    Pack pack;
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
#if ELEMENT_BF16
        pack.v[2 * i] = __uint_as_float(words.w[i] << 16);
        pack.v[2 * i + 1] = __uint_as_float(words.w[i] & 0xffff0000u);
#else
        pack.v[i] = __uint_as_float(words.w[i]);
#endif
    }
    return pack;
}

__device__ __forceinline__ void store_pack(element* address, const Pack& pack)
{
    Words words;
#pragma unroll
    for (int i = 0; i < 4; i++)
#if ELEMENT_BF16
        words.w[i] = floats_to_bf16x2(pack.v[2 * i], pack.v[2 * i + 1]);
#else
        words.w[i] = __float_as_uint(pack.v[i]);
#endif
    *reinterpret_cast<Words*>(address) = words;
}

// Four elements, where a pack would need too many registers.
__device__ __forceinline__ void load_quad(const element* from, float (&to)[4])
{
#if ELEMENT_BF16
    const uint2 words = *reinterpret_cast<const uint2*>(from);
    to[0] = __uint_as_float(words.x << 16);
    to[1] = __uint_as_float(words.x & 0xffff0000u);
    to[2] = __uint_as_float(words.y << 16);
    to[3] = __uint_as_float(words.y & 0xffff0000u);
#else
    const float4 words = *reinterpret_cast<const float4*>(from);
    to[0] = words.x, to[1] = words.y, to[2] = words.z, to[3] = words.w;
#endif
}

__device__ __forceinline__ void store_quad(element* to, const float (&from)[4])
{
#if ELEMENT_BF16
    *reinterpret_cast<uint2*>(to) = make_uint2(floats_to_bf16x2(from[0], from[1]), floats_to_bf16x2(from[2], from[3]));
#else
    *reinterpret_cast<float4*>(to) = make_float4(from[0], from[1], from[2], from[3]);
#endif
}

__device__ __forceinline__ float load_one(const element* address)
{
#if ELEMENT_BF16
    return bf16_to_float(*address);
#else
    return *address;
#endif
}

__device__ __forceinline__ void store_one(element* address, float value)
{
#if ELEMENT_BF16
    *address = (u16)(floats_to_bf16x2(value, 0.f) & 0xffffu);
#else
    *address = value;
#endif
}

// What storing and reading back would give: fused chains round where the plain version rounds.
__device__ __forceinline__ float as_element(float value)
{
#if ELEMENT_BF16
    return __uint_as_float(floats_to_bf16x2(value, 0.f) << 16);
#else
    return value;
#endif
}

template <int LANES> __device__ __forceinline__ float lanes_sum(float value)
{
#pragma unroll
    for (int step = LANES / 2; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
    return value;
}

// Sum over a block of THREADS threads, the same in each of them. Every thread must call it.
template <int THREADS> __device__ __forceinline__ float block_sum(float value)
{
    __shared__ float parts[THREADS / 32];
    value = lanes_sum<32>(value);
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = value;
    __syncthreads();
    float sum = 0.f;
#pragma unroll
    for (int i = 0; i < THREADS / 32; i++) sum += parts[i];
    return sum;
}

template <int THREADS> __device__ __forceinline__ float block_max(float value)
{
    __shared__ float parts[THREADS / 32];
#pragma unroll
    for (int step = 16; step > 0; step /= 2) value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, step));
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = value;
    __syncthreads();
    float largest = parts[0];
#pragma unroll
    for (int i = 1; i < THREADS / 32; i++) largest = fmaxf(largest, parts[i]);
    return largest;
}

__device__ __forceinline__ float power_of_two(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

[[maybe_unused]] constexpr float LOG2_E = 1.4426950408889634f;

// For bfloat16 elements a fast one, whose error grows with |x| to some 1e-6: the exact quotient would cost kernels that move little memory more than that.
#if ELEMENT_BF16
__device__ __forceinline__ float sigmoid(float x) { return __fdividef(1.f, 1.f + power_of_two(-x * LOG2_E)); }
#else
__device__ __forceinline__ float sigmoid(float x) { return 1.f / (1.f + expf(-x)); }
#endif

// CHECKED 1 (LT2_KERNEL_CHECKED=on) builds kernels for compute-sanitizer (tests/Models/Cuda/sanitize.sh), which does not follow all that orders accesses here. It changes
// how threads wait for each other, never what they compute.
#ifndef CHECKED
#define CHECKED 0
#endif

// Two kernels that follow each other may overlap where both were launched for it (Hopper): the second starts once every block of the first has called
// start_dependents, and must call wait_for_producers before it touches anything that a kernel before it writes or reads. Elsewhere, and with OVERLAP 0, both do nothing.
// Such a kernel must not declare its pointers __restrict__: loads of const __restrict__ memory count as invariant, and the compiler moves them across the wait.
#define OVERLAP (__CUDA_ARCH__ >= 900 && !CHECKED)
__device__ __forceinline__ void start_dependents()
{
#if OVERLAP
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

__device__ __forceinline__ void wait_for_producers()
{
#if OVERLAP
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
