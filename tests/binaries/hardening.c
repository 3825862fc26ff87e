/* The shipped binaries as files: what their headers promise the system, and what they need of it. */
#include "binaries/image.h"

#include <string.h>

static void assert_flag(const struct image *image, WORD flag, const char *what)
{
    if (!(image->optional->DllCharacteristics & flag))
        fail_msg("%s is not marked for %s", image->name, what);
}

/* Data execution prevention: the process's data may not be run. */
static void test_data_is_not_executable(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
        assert_flag(&images[i], IMAGE_DLLCHARACTERISTICS_NX_COMPAT, "data execution prevention");
}

static void test_no_section_is_written_and_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
    {
        unsigned int code = 0, constants = 0;

        for (WORD j = 0; j < images[i].header->NumberOfSections; ++j)
        {
            const IMAGE_SECTION_HEADER *section = &images[i].sections[j];
            DWORD flags = section->Characteristics;

            if ((flags & IMAGE_SCN_MEM_WRITE) && (flags & (IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_CNT_CODE)))
                fail_msg("%s: section %.8s can be written and run", images[i].name, section->Name);
            if (flags & IMAGE_SCN_MEM_SHARED)
                fail_msg("%s: section %.8s is shared between processes", images[i].name, section->Name);
            code += (flags & IMAGE_SCN_MEM_EXECUTE) != 0;
            constants += !(flags & (IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_WRITE));
        }
        assert_int_equal(code, 1);
        assert_true(constants >= 2);
    }
}

/* Address space layout randomisation: the image can be moved (it has relocations, and they are not stripped) and says
 * so; on 64 bits it is linked above 4 GB, without which the system would place it below. */
static void test_addresses_are_random(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
    {
        const IMAGE_DATA_DIRECTORY *relocations = image_directory(&images[i], IMAGE_DIRECTORY_ENTRY_BASERELOC);
        const IMAGE_BASE_RELOCATION *block;

        assert_flag(&images[i], IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE, "address space layout randomisation");
        assert_false(images[i].header->Characteristics & IMAGE_FILE_RELOCS_STRIPPED);
        assert_true(relocations->VirtualAddress && relocations->Size > sizeof(*block));
        block = image_at(&images[i], relocations->VirtualAddress);
        assert_true(block->SizeOfBlock > sizeof(*block));
        if (!images[i].has_64_bits)
            continue;
        assert_flag(&images[i], IMAGE_DLLCHARACTERISTICS_HIGH_ENTROPY_VA, "addresses of high entropy");
        assert_true(images[i].header->Characteristics & IMAGE_FILE_LARGE_ADDRESS_AWARE);
        assert_true(image_base(&images[i]) > UINT32_MAX);
    }
}

/* Exception handlers of 32-bit programs stand on the stack, where an overflow reaches them. These images have none, and
 * say that none of their addresses may be taken for one. */
static void test_no_exception_handlers_on_the_stack(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
    {
        /* 64-bit ones have their handlers in a table. */
        if (images[i].has_64_bits)
            assert_true(image_directory(&images[i], IMAGE_DIRECTORY_ENTRY_EXCEPTION)->Size > 0);
        else
            assert_flag(&images[i], IMAGE_DLLCHARACTERISTICS_NO_SEH, "no structured exception handling");
    }
}

/* Windows 7 is the oldest that loads them, and does; the subsystem tells a console program from one without. */
static void test_system_versions(void **state)
{
    static const WORD subsystems[IMAGE_COUNT] = {IMAGE_SUBSYSTEM_WINDOWS_CUI, IMAGE_SUBSYSTEM_WINDOWS_GUI,
            IMAGE_SUBSYSTEM_WINDOWS_CUI, IMAGE_SUBSYSTEM_WINDOWS_CUI, IMAGE_SUBSYSTEM_WINDOWS_CUI};

    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
    {
        const IMAGE_OPTIONAL_HEADER32 *header = images[i].optional;

        assert_int_equal(header->MajorOperatingSystemVersion, 6);
        assert_int_equal(header->MinorOperatingSystemVersion, 1);
        assert_int_equal(header->MajorSubsystemVersion, 6);
        assert_int_equal(header->MinorSubsystemVersion, 1);
        assert_int_equal(header->Subsystem, subsystems[i]);
        assert_int_equal(!(images[i].header->Characteristics & IMAGE_FILE_DLL), i != 0);
    }
}

/* What would make two builds of one commit differ. */
static void test_no_time_of_building(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
        assert_int_equal(images[i].header->TimeDateStamp, 0);
}

static void assert_is_allowed(const struct image *image, const char *name)
{
    /* Those of Windows 7's system directory that the system itself has mapped already (KnownDLLs), so that a file of
     * that name elsewhere is never looked at. */
    static const char *const known[] = {"ADVAPI32.dll", "KERNEL32.dll", "msvcrt.dll", "ole32.dll", "OLEAUT32.dll",
            "RPCRT4.dll", "SHELL32.dll", "USER32.dll", "WS2_32.dll"};

    for (size_t i = 0; i < ARRAYSIZE(known); ++i)
        if (!_stricmp(name, known[i]))
            return;
    fail_msg("%s imports %s, which the system looks for by its name", image->name, name);
}

/* How often the section's code calls the function, a few bytes into which that place is. */
static unsigned int count_calls(const BYTE *code, size_t size, size_t place)
{
    unsigned int count = 0;

    for (size_t i = 0; i + 5 <= size; ++i)
    {
        int32_t distance;

        if (code[i] != 0xe8)
            continue;
        memcpy(&distance, code + i + 1, sizeof(distance));
        count += (size_t)((intptr_t)i + 5 + distance) <= place && place - (size_t)((intptr_t)i + 5 + distance) < 16;
    }
    return count;
}

/* What ends the process when the guard has been overwritten is there, and called. */
static unsigned int count_guarded_functions(const struct image *image)
{
    static const BYTE fail_fast[] = {0xb9, 2, 0, 0, 0, 0xcd, 0x29}; /* mov ecx, 2; int 29h */
    const IMAGE_SECTION_HEADER *section = image->sections;
    const BYTE *code = image->file + section->PointerToRawData;

    assert_true(section->Characteristics & IMAGE_SCN_MEM_EXECUTE);
    for (size_t i = 0; i + sizeof(fail_fast) <= section->SizeOfRawData; ++i)
        if (!memcmp(code + i, fail_fast, sizeof(fail_fast)))
            return count_calls(code, section->SizeOfRawData, i);
    return 0;
}

static void test_programs_have_a_guard_on_the_stack(void **state)
{
    (void)state;
    assert_in_range(count_guarded_functions(&images[1]), 5, 1000);
    assert_in_range(count_guarded_functions(&images[2]), 5, 1000);
    assert_in_range(count_guarded_functions(&images[3]), 5, 1000);
}

/* The loader resolves imports before a program can say where it may look. */
static void test_imports_are_the_systems(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
    {
        const IMAGE_DATA_DIRECTORY *directory = image_directory(&images[i], IMAGE_DIRECTORY_ENTRY_IMPORT);
        const IMAGE_IMPORT_DESCRIPTOR *imports = image_at(&images[i], directory->VirtualAddress);
        unsigned int count = 0;

        for (; imports[count].Name; ++count)
            assert_is_allowed(&images[i], image_at(&images[i], imports[count].Name));
        assert_true(count >= 3);
    }
}

/* A test for each bitness looks at the images of its own; with the name of a build, at that build's. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_data_is_not_executable),
            cmocka_unit_test(test_no_section_is_written_and_run),
            cmocka_unit_test(test_addresses_are_random),
            cmocka_unit_test(test_no_exception_handlers_on_the_stack),
            cmocka_unit_test(test_programs_have_a_guard_on_the_stack),
            cmocka_unit_test(test_system_versions),
            cmocka_unit_test(test_no_time_of_building),
            cmocka_unit_test(test_imports_are_the_systems),
    };

    image_build = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests_name("the shipped binaries", tests, images_read, images_free);
}
