#include "support/ole_callers.h"

#include <windows.h>

#include "support/test.h"
#include "support/wine_faults.h"

struct lost
{
    struct lost *next;
    void *memory;
};

#define BUCKETS 1024

static SRWLOCK lock = SRWLOCK_INIT;
static struct lost *buckets[BUCKETS];

static struct lost **bucket_of(const void *memory)
{
    return &buckets[((ULONG_PTR)memory >> 4) % BUCKETS];
}

static bool is_in(const void *address, HMODULE module)
{
    const IMAGE_NT_HEADERS *headers;

    if (!module)
        return false;
    headers = (const void *)((const BYTE *)module + ((const IMAGE_DOS_HEADER *)module)->e_lfanew);
    return (ULONG_PTR)address - (ULONG_PTR)module < headers->OptionalHeader.SizeOfImage;
}

/* Whether the code that has asked COM for memory is rpcrt4's own, and not a marshaler's that rpcrt4 has called. */
static bool is_asked_by_rpcrt4(void)
{
    const HMODULE own[] = {GetModuleHandleW(NULL), GetModuleHandleW(L"ole32.dll"), GetModuleHandleW(L"combase.dll")};
    void *frames[12];
    USHORT count = RtlCaptureStackBackTrace(0, ARRAYSIZE(frames), frames, NULL), i = 0;

    while (i < count && (is_in(frames[i], own[0]) || is_in(frames[i], own[1]) || is_in(frames[i], own[2])))
        ++i;
    return i < count && is_in(frames[i], GetModuleHandleW(L"rpcrt4.dll"));
}

bool ole_callers_is_lost(void *memory)
{
    struct lost *lost, **bucket = bucket_of(memory);

    if (!wine_loses_arguments() || !is_asked_by_rpcrt4())
        return false;
    CHECK((lost = malloc(sizeof(*lost))));
    lost->memory = memory;
    AcquireSRWLockExclusive(&lock);
    lost->next = *bucket;
    *bucket = lost;
    ReleaseSRWLockExclusive(&lock);
    return true;
}

bool ole_callers_forget(void *memory)
{
    struct lost *found = NULL;

    AcquireSRWLockExclusive(&lock);
    for (struct lost **next = bucket_of(memory); *next && !found; next = &(*next)->next)
        if ((*next)->memory == memory)
        {
            found = *next;
            *next = found->next;
            break;
        }
    ReleaseSRWLockExclusive(&lock);
    free(found);
    return found != NULL;
}
