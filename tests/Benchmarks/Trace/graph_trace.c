// Writes the start, duration, name and grid of every kernel, copy and memset that CUDA graphs ran, one line each, oldest first: a library that CUDA itself loads into any
// program (CUDA_INJECTION64_PATH). TRACE_OUT names the file, TRACE_KEEP how many of the last lines it gets (3000). trace-graph.sh builds and uses it.
#include <cupti.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct { char name[200]; unsigned long long start, end; int grid[3], threads, registers; } Record;

enum { CAPACITY = 4000000, BUFFER_BYTES = 16 << 20 };

static Record* records;
static long count;

static void offer_buffer(uint8_t** buffer, size_t* size, size_t* most)
{
    *size = BUFFER_BYTES;
    *buffer = aligned_alloc(8, *size);
    *most = 0;
}

static void add(const char* name, unsigned long long start, unsigned long long end, int x, int y, int z, int threads, int registers)
{
    if (count == CAPACITY) return;
    Record* record = records + count++;
    *record = (Record){"", start, end, {x, y, z}, threads, registers};
    snprintf(record->name, sizeof record->name, "%s", name ? name : "?");
}

static void take_buffer(CUcontext context, uint32_t stream, uint8_t* buffer, size_t size, size_t valid)
{
    CUpti_Activity* next = NULL;
    while (cuptiActivityGetNextRecord(buffer, valid, &next) == CUPTI_SUCCESS)
    {
        if (next->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL)
        {
            KERNEL_RECORD* k = (KERNEL_RECORD*)next;
            if (k->graphNodeId) add(k->name, k->start, k->end, k->gridX, k->gridY, k->gridZ, k->blockX, k->registersPerThread);
        }
        else if (next->kind == CUPTI_ACTIVITY_KIND_MEMCPY)
        {
            COPY_RECORD* c = (COPY_RECORD*)next;
            if (c->graphNodeId) add("[memcpy]", c->start, c->end, (int)(c->bytes >> 10), 0, 0, 0, 0);
        }
        else if (next->kind == CUPTI_ACTIVITY_KIND_MEMSET)
        {
            SET_RECORD* s = (SET_RECORD*)next;
            if (s->graphNodeId) add("[memset]", s->start, s->end, (int)(s->bytes >> 10), 0, 0, 0, 0);
        }
    }
    free(buffer);
}

static int by_start(const void* a, const void* b)
{
    const Record *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static void write_trace(void)
{
    cuptiActivityFlushAll(1);
    qsort(records, count, sizeof(Record), by_start);
    const char* path = getenv("TRACE_OUT");
    FILE* file = path ? fopen(path, "w") : stderr;
    if (!file)
    {
        perror(path);
        return;
    }
    const long keep = getenv("TRACE_KEEP") ? atol(getenv("TRACE_KEEP")) : 3000;
    for (long i = count > keep ? count - keep : 0; i < count; i++)
    {
        const Record* r = records + i;
        fprintf(file, "%llu\t%llu\t%s\t%d,%d,%d\t%d\t%d\n", r->start, r->end - r->start, r->name, r->grid[0], r->grid[1], r->grid[2], r->threads, r->registers);
    }
    if (path) fclose(file);
}

int InitializeInjection(void)
{
    records = calloc(CAPACITY, sizeof(Record));
    if (!records) return 0;
    cuptiActivityRegisterCallbacks(offer_buffer, take_buffer);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_MEMCPY);
    cuptiActivityEnable(CUPTI_ACTIVITY_KIND_MEMSET);
    atexit(write_trace);
    return 1;
}
