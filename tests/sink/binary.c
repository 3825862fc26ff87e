/* The library as a file: what it exports and what it needs of the system. */
#include "sink/library.h"

#include <string.h>

static const void *at(DWORD offset)
{
    return (const BYTE *)library.module + offset;
}

static const IMAGE_DATA_DIRECTORY *directory(unsigned int index)
{
    const IMAGE_DOS_HEADER *dos = at(0);
    const IMAGE_NT_HEADERS *headers = at((DWORD)dos->e_lfanew);

    assert_int_equal(headers->Signature, IMAGE_NT_SIGNATURE);
    return &headers->OptionalHeader.DataDirectory[index];
}

/* Undecorated in both bitnesses, and nothing else. */
static void test_exports(void **state)
{
    static const char *const expected[] = {"DllCanUnloadNow", "DllGetClassObject", "DllInstall", "DllRegisterServer",
            "DllUnregisterServer", "VMEventsCreateSink"};
    const IMAGE_EXPORT_DIRECTORY *exports = at(directory(IMAGE_DIRECTORY_ENTRY_EXPORT)->VirtualAddress);
    const DWORD *names = at(exports->AddressOfNames);

    (void)state;
    assert_string_equal(at(exports->Name), "vmevents.dll");
    assert_int_equal(exports->NumberOfNames, ARRAYSIZE(expected));
    assert_int_equal(exports->NumberOfFunctions, ARRAYSIZE(expected));
    for (size_t i = 0; i < ARRAYSIZE(expected); ++i)
        assert_string_equal(at(names[i]), expected[i]);
}

/* Only what every Windows has had in its system directory since Windows 7. */
static void test_imports(void **state)
{
    static const char *const allowed[] = {
            "ADVAPI32.dll", "KERNEL32.dll", "msvcrt.dll", "ole32.dll", "OLEAUT32.dll", "USER32.dll"};
    /* Some that came later and are near at hand. */
    static const char *const too_new[] = {"CoIncrementMTAUsage", "CoDecrementMTAUsage", "WaitOnAddress",
            "WakeByAddressSingle", "WakeByAddressAll", "GetSystemTimePreciseAsFileTime", "SetThreadDescription",
            "CreateFile2", "QueryUnbiasedInterruptTimePrecise", "RoGetAgileReference"};
    const IMAGE_IMPORT_DESCRIPTOR *descriptor = at(directory(IMAGE_DIRECTORY_ENTRY_IMPORT)->VirtualAddress);
    unsigned int count = 0;

    (void)state;
    for (; descriptor->Name; ++descriptor, ++count)
    {
        const char *name = at(descriptor->Name);
        const IMAGE_THUNK_DATA *thunk = at(descriptor->OriginalFirstThunk);
        bool is_allowed = false;

        for (size_t i = 0; i < ARRAYSIZE(allowed); ++i)
            is_allowed = is_allowed || !_stricmp(name, allowed[i]);
        if (!is_allowed)
            fail_msg("it needs %s", name);
        for (; thunk->u1.AddressOfData; ++thunk)
        {
            const IMAGE_IMPORT_BY_NAME *function = at((DWORD)thunk->u1.AddressOfData);

            if (IMAGE_SNAP_BY_ORDINAL(thunk->u1.Ordinal))
                continue;
            for (size_t i = 0; i < ARRAYSIZE(too_new); ++i)
                assert_string_not_equal((const char *)function->Name, too_new[i]);
        }
    }
    assert_true(count >= 3);
}

static void test_type_library_and_version(void **state)
{
    WCHAR path[MAX_PATH];
    ITypeLib *types;
    TLIBATTR *attributes;

    (void)state;
    assert_true(GetModuleFileNameW(library.module, path, ARRAYSIZE(path)));
    assert_int_equal(LoadTypeLibEx(path, REGKIND_NONE, &types), S_OK);
    assert_int_equal(ITypeLib_GetLibAttr(types, &attributes), S_OK);
    assert_true(IsEqualGUID(&attributes->guid, &LIBID_VMEvents));
    assert_int_equal(attributes->wMajorVerNum, 1);
    assert_int_equal(attributes->wMinorVerNum, 0);
    ITypeLib_ReleaseTLibAttr(types, attributes);
    ITypeLib_Release(types);
    assert_non_null(FindResourceW(library.module, MAKEINTRESOURCEW(1), (LPCWSTR)RT_VERSION));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_exports),
            sink_test(test_imports),
            sink_test(test_type_library_and_version),
    };

    return cmocka_run_group_tests_name("the library as a file", tests, library_load_shipped, library_unload);
}
