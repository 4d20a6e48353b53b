// What blocks of one cluster, and the copy engine's loads of boxes, need beside tensor_core.cuh (Hopper). Barriers lie in shared memory, at the same place in every block.
struct alignas(64) TensorMap { u64 words[16]; };        // of the driver's making: four dimensions, boxes [64 rows][64 columns] that lie as panels of warpgroup.cuh

__device__ __forceinline__ void prepare_barrier(u64* barrier, int arrivals)
{
    asm volatile("mbarrier.init.shared.b64 [%0], %1;\n fence.mbarrier_init.release.cluster;" :: "r"(shared_address(barrier)), "r"(arrivals) : "memory");
}

// Lanes that arrive for their warp: the first, after __syncwarp. That leaves no instruction where a warp is together anyway, so a tool must hear of all.
constexpr int SPEAKERS = CHECKED ? 32 : 1;

__device__ __forceinline__ void arrive(u64* barrier) { asm volatile("mbarrier.arrive.shared.b64 _, [%0];" :: "r"(shared_address(barrier)) : "memory"); }

__device__ __forceinline__ u32 address_in(const void* pointer, int block)
{
    u32 there;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(shared_address(pointer)), "r"(block));
    return there;
}

// Says that this thread has read what was handed to it; it makes no writes visible, which would wait for all of them.
__device__ __forceinline__ void arrive_in(u64* barrier, int block) { asm volatile("mbarrier.arrive.shared::cluster.b64 _, [%0];" :: "r"(address_in(barrier, block)) : "memory"); }

// From this block's shared memory to the same place in another's, whose barrier counts the bytes.
__device__ __forceinline__ void hand_over(const void* from, int bytes, u64* arrival, int block)
{
    asm volatile("cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];"
        :: "r"(address_in(from, block)), "r"(shared_address(from)), "r"(bytes), "r"(address_in(arrival, block)) : "memory");
}

// The box of 64 x 64 elements from (column, head, row, batch) on, 8192 bytes, zeros where the tensor has none.
__device__ __forceinline__ void load_box(u16* to, const TensorMap& map, int column, int head, int row, int batch, u64* arrival)
{
    asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4, %5}], [%6];"
        :: "r"(shared_address(to)), "l"(&map), "r"(column), "r"(head), "r"(row), "r"(batch), "r"(shared_address(arrival)) : "memory");
}

// Every thread of every block of the cluster; what they wrote before is seen by all after it.
__device__ __forceinline__ void meet_cluster() { asm volatile("barrier.cluster.arrive.release;\n barrier.cluster.wait.acquire;" ::: "memory"); }
