#include "memory/refusal.h"

#include <objidl.h>
#include <oleauto.h>

#include <errno.h>
#include <process.h>
#include <string.h>

#include "support/test.h"

static volatile LONG requests, refused_number, refused;
static volatile DWORD armed_thread; /* 0: every one is */
static const char *volatile refused_what = "nothing";

bool refusal_allows(const char *what)
{
    LONG number = refused_number;

    if (!number || (armed_thread && armed_thread != GetCurrentThreadId()) || InterlockedIncrement(&requests) != number)
        return true;
    refused_what = what;
    InterlockedExchange(&refused, TRUE);
    return false;
}

static bool allows_block(void)
{
    return refusal_allows("memory");
}

static void arm(DWORD thread, LONG number)
{
    armed_thread = thread;
    requests = refused = 0;
    InterlockedExchange(&refused_number, number);
}

void refusal_arm(LONG number)
{
    arm(0, number);
}

void refusal_arm_here(LONG number)
{
    arm(GetCurrentThreadId(), number);
}

bool refusal_disarm(void)
{
    InterlockedExchange(&refused_number, 0);
    return refused;
}

const char *refusal_of(void)
{
    return refused_what;
}

/* What fails with a Windows error sets it to the one for want of memory. */
#define FAIL(value) (SetLastError(ERROR_NOT_ENOUGH_MEMORY), (value))

/* IMPORT(name, type of the result, (parameters), (arguments), result of a refusal); IMPORT_IF with a condition in front
 * that makes the call a request, and IMPORT_AS with the calling convention before that. A slot of a thread's can always
 * be emptied. */
#define IMPORTS                                                                                                        \
    IMPORT(CreateEventW, HANDLE, (SECURITY_ATTRIBUTES * a, BOOL b, BOOL c, LPCWSTR d), (a, b, c, d), FAIL(NULL))       \
    IMPORT(CreateThread, HANDLE,                                                                                       \
            (SECURITY_ATTRIBUTES * a, SIZE_T b, LPTHREAD_START_ROUTINE c, void *d, DWORD e, DWORD *f),                 \
            (a, b, c, d, e, f), FAIL(NULL))                                                                            \
    IMPORT_AS(__cdecl, true, _beginthreadex, uintptr_t,                                                                \
            (void *a, unsigned int b, unsigned int(__stdcall *c)(void *), void *d, unsigned int e, unsigned int *f),   \
            (a, b, c, d, e, f), (errno = EAGAIN, 0))                                                                   \
    IMPORT(CreateIoCompletionPort, HANDLE, (HANDLE a, HANDLE b, ULONG_PTR c, DWORD d), (a, b, c, d), FAIL(NULL))       \
    IMPORT(TrySubmitThreadpoolCallback, BOOL, (PTP_SIMPLE_CALLBACK a, void *b, PTP_CALLBACK_ENVIRON c), (a, b, c),     \
            FAIL(FALSE))                                                                                               \
    IMPORT(CreateThreadpoolWork, PTP_WORK, (PTP_WORK_CALLBACK a, void *b, PTP_CALLBACK_ENVIRON c), (a, b, c),          \
            FAIL(NULL))                                                                                                \
    IMPORT(RegisterClassW, ATOM, (const WNDCLASSW *a), (a), FAIL(0))                                                   \
    IMPORT(CreateWindowExW, HWND,                                                                                      \
            (DWORD a, LPCWSTR b, LPCWSTR c, DWORD d, int e, int f, int g, int h, HWND i, HMENU j, HINSTANCE k,         \
                    void *l),                                                                                          \
            (a, b, c, d, e, f, g, h, i, j, k, l), FAIL(NULL))                                                          \
    IMPORT(CoCreateFreeThreadedMarshaler, HRESULT, (IUnknown * a, IUnknown * *b), (a, b), E_OUTOFMEMORY)               \
    IMPORT(CoMarshalInterThreadInterfaceInStream, HRESULT, (REFIID a, IUnknown * b, IStream * *c), (a, b, c),          \
            E_OUTOFMEMORY)                                                                                             \
    IMPORT(CoRegisterInitializeSpy, HRESULT, (IInitializeSpy * a, ULARGE_INTEGER * b), (a, b), E_OUTOFMEMORY)          \
    IMPORT(ConvertStringSecurityDescriptorToSecurityDescriptorW, BOOL,                                                 \
            (LPCWSTR a, DWORD b, PSECURITY_DESCRIPTOR * c, ULONG * d), (a, b, c, d), FAIL(FALSE))                      \
    IMPORT(CreateErrorInfo, HRESULT, (ICreateErrorInfo * *a), (a), E_OUTOFMEMORY)                                      \
    IMPORT(LoadTypeLibEx, HRESULT, (LPCOLESTR a, REGKIND b, ITypeLib * *c), (a, b, c), E_OUTOFMEMORY)                  \
    IMPORT(SysAllocString, BSTR, (const OLECHAR *a), (a), NULL)                                                        \
    IMPORT(SysAllocStringLen, BSTR, (const OLECHAR *a, UINT b), (a, b), NULL)                                          \
    IMPORT(SafeArrayCreateVector, SAFEARRAY *, (VARTYPE a, LONG b, ULONG c), (a, b, c), NULL)                          \
    IMPORT(SafeArrayPutElement, HRESULT, (SAFEARRAY * a, LONG * b, void *c), (a, b, c), E_OUTOFMEMORY)                 \
    IMPORT(VariantCopy, HRESULT, (VARIANTARG * a, const VARIANTARG *b), (a, b), E_OUTOFMEMORY)                         \
    IMPORT(VariantCopyInd, HRESULT, (VARIANT * a, const VARIANTARG *b), (a, b), E_OUTOFMEMORY)                         \
    IMPORT(VariantChangeType, HRESULT, (VARIANTARG * a, const VARIANTARG *b, USHORT c, VARTYPE d), (a, b, c, d),       \
            E_OUTOFMEMORY)                                                                                             \
    IMPORT(VariantChangeTypeEx, HRESULT, (VARIANTARG * a, const VARIANTARG *b, LCID c, USHORT d, VARTYPE e),           \
            (a, b, c, d, e), E_OUTOFMEMORY)                                                                            \
    IMPORT_IF(b, TlsSetValue, BOOL, (DWORD a, void *b), (a, b), FAIL(FALSE))

#define IMPORT(...) IMPORT_IF(true, __VA_ARGS__)
#define IMPORT_IF(...) IMPORT_AS(WINAPI, __VA_ARGS__)
#define IMPORT_AS(convention, condition, name, result, params, args, answer)                                           \
    static result(convention *real_##name) params;                                                                     \
    static result convention ask_##name params                                                                         \
    {                                                                                                                  \
        return !(condition) || refusal_allows(#name) ? real_##name args : (answer);                                    \
    }
IMPORTS
#undef IMPORT_AS

static const struct
{
    const char *name;
    void *replacement;
    void **real;
} imports[] = {
#define IMPORT_AS(convention, condition, name, result, params, args, answer)                                           \
    {#name, (void *)ask_##name, (void **)&real_##name},
        IMPORTS
#undef IMPORT_AS
};

static void replace(void **place, void *replacement, void **real)
{
    DWORD protection;

    CHECK(VirtualProtect(place, sizeof(*place), PAGE_READWRITE, &protection));
    *real = *place;
    *place = replacement;
    CHECK(VirtualProtect(place, sizeof(*place), protection, &protection));
}

static void replace_if_known(const char *name, void **place)
{
    for (size_t i = 0; i < ARRAYSIZE(imports); ++i)
    {
        if (!strcmp(imports[i].name, name) && *place != imports[i].replacement)
            replace(place, imports[i].replacement, imports[i].real);
    }
}

void refusal_install(HMODULE module, const struct counted_memory *memory)
{
    const BYTE *base = (const BYTE *)module;
    const IMAGE_NT_HEADERS *headers = (const void *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
    const IMAGE_DATA_DIRECTORY *directory = &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    const IMAGE_IMPORT_DESCRIPTOR *descriptor = (const void *)(base + directory->VirtualAddress);

    for (; descriptor->Name; ++descriptor)
    {
        const IMAGE_THUNK_DATA *name = (const void *)(base + descriptor->OriginalFirstThunk);
        void **place = (void **)(base + descriptor->FirstThunk);

        for (; name->u1.AddressOfData; ++name, ++place)
        {
            if (!IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal))
                replace_if_known(
                        (const char *)((const IMAGE_IMPORT_BY_NAME *)(base + name->u1.AddressOfData))->Name, place);
        }
    }
    memory->set_gate(allows_block);
}
