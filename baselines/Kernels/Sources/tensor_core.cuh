// Tensor-core products on 16-row tiles and the data movement around them, in bfloat16 with float32 sums (sm_80 and later).
// Fragments as in the PTX manual, with g = lane / 4 and t = lane % 4: a sum c holds (row g, columns 2t, 2t+1) and (row g + 8, the same).
// The sums of two neighbouring 8-column tiles, packed, are the left operand of a next product whose inner dimension these 16 columns are: no exchange is needed.
#define DYNAMIC_SHARED extern __shared__ __align__(16) unsigned char

__device__ __forceinline__ u32 shared_address(const void* pointer) { return (u32)__cvta_generic_to_shared(pointer); }

__device__ __forceinline__ void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1)
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// The same from zero.
__device__ __forceinline__ void multiply_first(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1)
{
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%10,%10,%10,%10};"
        : "=f"(c[0]), "=f"(c[1]), "=f"(c[2]), "=f"(c[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "f"(0.f));
}

__device__ __forceinline__ void load_matrices(u32 (&r)[4], const u16* address)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(address)) : "memory");
}

__device__ __forceinline__ void load_matrices_transposed(u32 (&r)[4], const u16* address)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
        : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(shared_address(address)) : "memory");
}

// Where this lane points ldmatrix for a 16 x 16 tile whose first element is tile[0]:
// a left operand stored [row][inner], or (transposed load) a right operand stored [inner][column].
__device__ __forceinline__ const u16* rows_first(const u16* tile, int row_length)
{
    const int lane = threadIdx.x % 32;
    return tile + (lane & 15) * row_length + 8 * (lane >> 4);
}

// A right operand stored [column][inner], or (transposed load) a left operand stored [inner][row].
__device__ __forceinline__ const u16* columns_first(const u16* tile, int row_length)
{
    const int lane = threadIdx.x % 32;
    return tile + ((lane & 7) + 8 * (lane >> 4)) * row_length + 8 * ((lane >> 3) & 1);
}

// Sums of two neighbouring 8-column tiles as a left operand.
__device__ __forceinline__ void pack_left(u32 (&a)[4], const float (&low)[4], const float (&high)[4])
{
    a[0] = floats_to_bf16x2(low[0], low[1]);
    a[1] = floats_to_bf16x2(low[2], low[3]);
    a[2] = floats_to_bf16x2(high[0], high[1]);
    a[3] = floats_to_bf16x2(high[2], high[3]);
}

// 16 bytes from global to shared memory behind the thread's back; zeros where not valid (nothing is read then).
__device__ __forceinline__ void copy_async(void* to, const void* from, bool valid)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(shared_address(to)), "l"(from), "r"(valid ? 16 : 0) : "memory");
}

// A barrier of some of the block's warps; 0 is the whole block's. A warp arrives as one, also after code in which its threads went apart.
__device__ __forceinline__ void meet(int barrier, int threads)
{
    __syncwarp();
    asm volatile("bar.sync %0, %1;" :: "r"(barrier), "r"(threads) : "memory");
}

__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <int PENDING> __device__ __forceinline__ void wait_copies() { asm volatile("cp.async.wait_group %0;" :: "n"(PENDING) : "memory"); }

#if __CUDA_ARCH__ >= 900
// Arrives at a barrier in shared memory, whose phase then ends when so many bytes have come as well.
__device__ __forceinline__ void announce_bytes(u64* barrier, int bytes)
{
    asm volatile("mbarrier.arrive.expect_tx.shared.b64 _, [%0], %1;" :: "r"(shared_address(barrier)), "r"(bytes) : "memory");
}

// Waits for the end of phase number `use` (0, 1, ...).
__device__ __forceinline__ void wait_phase(u64* barrier, int use)
{
    asm volatile("{\n .reg .pred done;\n again: mbarrier.try_wait.parity.shared.b64 done, [%0], %1;\n @!done bra again;\n}"
        :: "r"(shared_address(barrier)), "r"(use & 1) : "memory");
}

// Before the barrier that hands ordinary stores to store_block or to a warpgroup's product.
__device__ __forceinline__ void publish_stores() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
#else
__device__ __forceinline__ void publish_stores() {}
#endif

// Whole blocks of contiguous memory, 16-byte aligned and long. Hopper's copy engine moves one for a single thread and counts its bytes at a barrier in shared memory;
// older chips copy with all THREADS threads, which then wait as for copy_async; so does Hopper for tools that do not follow the engine. Protocol of a stage: prepare_arrival
// once, a block barrier, then for each use expect_bytes and copy_block by the copying threads, wait_arrival by every reader, and a block barrier before the next use.
#define COPY_ENGINE (__CUDA_ARCH__ >= 900 && !CHECKED)
#if COPY_ENGINE
__device__ __forceinline__ void prepare_arrival(u64* arrival)
{
    asm volatile("mbarrier.init.shared.b64 [%0], 1;\n fence.mbarrier_init.release.cluster;" :: "r"(shared_address(arrival)) : "memory");
}

__device__ __forceinline__ void expect_bytes(u64* arrival, int bytes, int thread)
{
    if (thread == 0) announce_bytes(arrival, bytes);
}

template <int THREADS> __device__ __forceinline__ void copy_block(void* to, const void* from, int bytes, u64* arrival, int thread)
{
    if (thread == 0)
        asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
            :: "r"(shared_address(to)), "l"(from), "r"(bytes), "r"(shared_address(arrival)) : "memory");
}

// Waits for the use number `use` (0, 1, ...) of a stage.
__device__ __forceinline__ void wait_arrival(u64* arrival, int use) { wait_phase(arrival, use); }

template <int THREADS> __device__ __forceinline__ void store_block(void* to, const void* from, int bytes, int thread)
{
    if (thread == 0)
        asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;\n cp.async.bulk.commit_group;" :: "l"(to), "r"(shared_address(from)), "r"(bytes) : "memory");
}

// Until the memory that this thread's store_block read may be written again.
__device__ __forceinline__ void wait_stores() { asm volatile("cp.async.bulk.wait_group.read 0;" ::: "memory"); }
#else
__device__ __forceinline__ void prepare_arrival(u64*) {}

__device__ __forceinline__ void expect_bytes(u64*, int, int) {}

template <int THREADS> __device__ __forceinline__ void copy_block(void* to, const void* from, int bytes, u64*, int thread)
{
    for (int i = thread * 16; i < bytes; i += THREADS * 16) copy_async(static_cast<char*>(to) + i, static_cast<const char*>(from) + i, true);
}

__device__ __forceinline__ void wait_arrival(u64*, int) {}

template <int THREADS> __device__ __forceinline__ void store_block(void* to, const void* from, int bytes, int thread)
{
    for (int i = thread * 16; i < bytes; i += THREADS * 16)
        *reinterpret_cast<Words*>(static_cast<char*>(to) + i) = *reinterpret_cast<const Words*>(static_cast<const char*>(from) + i);
}

__device__ __forceinline__ void wait_stores() {}
#endif

// Feeds COUNT right operands to use(operand, i) while the loads of the next AHEAD are on their way: the compiler keeps loads where they are written, and one
// takes as long as four products. By halves rather than in a loop, since every index must be a constant however large COUNT is.
template <int FROM, int TO, int COUNT, int AHEAD, class Load, class Use> __device__ __forceinline__ void stream_part(u32 (&b)[AHEAD][4], Load& load, Use& use)
{
    if constexpr (TO - FROM > 1)
    {
        stream_part<FROM, (FROM + TO) / 2, COUNT, AHEAD>(b, load, use);
        stream_part<(FROM + TO) / 2, TO, COUNT, AHEAD>(b, load, use);
    }
    else
    {
        use(b[FROM % AHEAD], FROM);
        if constexpr (FROM + AHEAD < COUNT) load(b[FROM % AHEAD], FROM + AHEAD);
    }
}

template <int COUNT, int AHEAD, class Load, class Use> __device__ __forceinline__ void stream(Load load, Use use)
{
    u32 b[AHEAD][4];
#pragma unroll
    for (int i = 0; i < AHEAD && i < COUNT; i++) load(b[i], i);
    stream_part<0, COUNT, COUNT, AHEAD>(b, load, use);
}
