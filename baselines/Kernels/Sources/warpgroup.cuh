// Hopper's products of 64 rows (a warpgroup: warp w of it holds rows 16 w and on, as tensor_core.cuh's tiles), which run beside the threads that started them: fence, products,
// commit, and wait before sums are read or left operands written. The right operand lies in shared memory, the left one there or in registers; a right operand is stored
// [column][inner], or, TRANSPOSED, [inner][column]. What lies there is in panels 64 elements wide: rows of 128 bytes, whose pieces of 16 bytes are exchanged by row, so that
// eight rows of a column of pieces, and a row's pieces, each meet all banks. Wider operands are panels behind each other. Slim panels are 32 elements wide. Panels begin
// at multiples of 1024 bytes. (Without the exchange the kernels took up to twice as long.)
#define PANELS extern __shared__ __align__(1024) unsigned char

// Where piece `piece` of row `row` lies, in elements.
__device__ __forceinline__ int panel_place(int row, int piece) { return row * 64 + ((piece ^ row) & 7) * 8; }

__device__ __forceinline__ int slim_place(int row, int piece) { return row * 32 + ((piece ^ (row >> 1)) & 3) * 8; }

// The same in panels of ROWS rows behind each other.
template <int ROWS> __device__ __forceinline__ int panels_place(int row, int piece) { return piece / 8 * ROWS * 64 + panel_place(row, piece); }

// Addresses of shared memory carry the number of the block in its cluster above these bits, which an operand must not.
__device__ __forceinline__ u64 operand_start(const u16* start) { return (shared_address(start) & 0x3ffff) >> 4; }

// An operand in either order, whose panels have ROWS rows. Added to it: inner_step<ROWS>(i) for the i-th 16 inner elements, transposed_step(i) for the i-th 16 rows.
template <int ROWS> __device__ __forceinline__ u64 wide_operand(const u16* start)
{
    return operand_start(start) | (u64)(ROWS * 8) << 16 | (u64)64 << 32 | (u64)1 << 62;
}

__device__ __forceinline__ u64 slim_operand(const u16* start) { return operand_start(start) | (u64)1 << 16 | (u64)32 << 32 | (u64)2 << 62; }

template <int ROWS> __device__ __forceinline__ u64 inner_step(int i) { return i / 4 * ROWS * 8 + i % 4 * 2; }

__device__ __forceinline__ u64 transposed_step(int i) { return i * 128; }

__device__ __forceinline__ u64 slim_transposed_step(int i) { return i * 64; }

__device__ __forceinline__ void wide_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

__device__ __forceinline__ void wide_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

template <int PENDING> __device__ __forceinline__ void wide_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(PENDING) : "memory"); }

// After the wait: the compiler must not move reads of these sums before it.
template <int TILES> __device__ __forceinline__ void wide_arrived(float (&c)[TILES][4])
{
#pragma unroll
    for (int i = 0; i < TILES; i++) asm volatile("" : "+f"(c[i][0]), "+f"(c[i][1]), "+f"(c[i][2]), "+f"(c[i][3]) :: "memory");
}

// What `value` was computed from stands before what follows: left to itself the compiler puts arithmetic behind a wait for products that it should run beside, and only
// memory keeps it from that. The store to `anywhere` never happens: no arithmetic gives this NaN, nor a pair of elements it.
__device__ __forceinline__ void keep_before(u32 value, u16* anywhere)
{
    asm volatile("{\n .reg .pred p;\n setp.eq.u32 p, %0, 0xffffffff;\n @p st.shared.u32 [%1], %0;\n}" :: "r"(value), "r"(shared_address(anywhere)) : "memory");
}

template <int STEPS> __device__ __forceinline__ void keep_before(const u32 (&in)[STEPS][4], u16* anywhere)
{
    u32 all = 0xffffffffu;
#pragma unroll
    for (int i = 0; i < STEPS; i++) all &= in[i][0] & in[i][1] & in[i][2] & in[i][3];
    keep_before(all, anywhere);
}

#define SUMS(i) "+f"(c[i][0]), "+f"(c[i][1]), "+f"(c[i][2]), "+f"(c[i][3])

template <int TRANSPOSED = 0> __device__ __forceinline__ void wide_multiply(float (&c)[8][4], const u32 (&a)[4], u64 b, int add)
{
    asm volatile("{\n .reg .pred p;\n setp.ne.b32 p, %37, 0;\n wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
        "{%32, %33, %34, %35}, %36, p, 1, 1, %38;\n}"
        : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "n"(TRANSPOSED));
}

template <int TRANSPOSED = 0> __device__ __forceinline__ void wide_multiply(float (&c)[16][4], const u32 (&a)[4], u64 b, int add)
{
    asm volatile("{\n .reg .pred p;\n setp.ne.b32 p, %69, 0;\n wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "{%64, %65, %66, %67}, %68, p, 1, 1, %70;\n}"
        : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7),
          SUMS(8), SUMS(9), SUMS(10), SUMS(11), SUMS(12), SUMS(13), SUMS(14), SUMS(15)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "n"(TRANSPOSED));
}

template <int TRANSPOSED = 0> __device__ __forceinline__ void wide_multiply(float (&c)[8][4], u64 a, u64 b, int add)
{
    asm volatile("{\n .reg .pred p;\n setp.ne.b32 p, %34, 0;\n wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
        "%32, %33, p, 1, 1, 0, %35;\n}"
        : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7)
        : "l"(a), "l"(b), "r"(add), "n"(TRANSPOSED));
}

template <int TRANSPOSED = 0> __device__ __forceinline__ void wide_multiply(float (&c)[16][4], u64 a, u64 b, int add)
{
    asm volatile("{\n .reg .pred p;\n setp.ne.b32 p, %66, 0;\n wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, p, 1, 1, 0, %67;\n}"
        : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7),
          SUMS(8), SUMS(9), SUMS(10), SUMS(11), SUMS(12), SUMS(13), SUMS(14), SUMS(15)
        : "l"(a), "l"(b), "r"(add), "n"(TRANSPOSED));
}

template <int TRANSPOSED = 0> __device__ __forceinline__ void wide_multiply(float (&c)[4][4], u64 a, u64 b, int add)
{
    asm volatile("{\n .reg .pred p;\n setp.ne.b32 p, %18, 0;\n wgmma.mma_async.sync.aligned.m64n32k16.f32.bf16.bf16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15}, "
        "%16, %17, p, 1, 1, 0, %19;\n}"
        : SUMS(0), SUMS(1), SUMS(2), SUMS(3)
        : "l"(a), "l"(b), "r"(add), "n"(TRANSPOSED));
}

// The left operand is transposed too: both are stored [inner][row or column].
__device__ __forceinline__ void wide_multiply_transposed(float (&c)[16][4], u64 a, u64 b)
{
    asm volatile("wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
        "%64, %65, 1, 1, 1, 1, 1;"
        : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7),
          SUMS(8), SUMS(9), SUMS(10), SUMS(11), SUMS(12), SUMS(13), SUMS(14), SUMS(15)
        : "l"(a), "l"(b));
}

__device__ __forceinline__ void wide_multiply_transposed(float (&c)[8][4], u64 a, u64 b)
{
    asm volatile("wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
        "%32, %33, 1, 1, 1, 1, 1;"
        : SUMS(0), SUMS(1), SUMS(2), SUMS(3), SUMS(4), SUMS(5), SUMS(6), SUMS(7)
        : "l"(a), "l"(b));
}

#undef SUMS
