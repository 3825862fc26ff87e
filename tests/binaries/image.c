#include "binaries/image.h"

#include <wchar.h>

struct image images[IMAGE_COUNT] = {{.name = "vmevents.dll"}, {.name = "vmhost.exe"}, {.name = "vmwatch.exe"},
        {.name = "vmguest.exe"}, {.name = "vmforward.exe"}};

const char *image_build;

void image_path(const char *name, WCHAR path[MAX_PATH])
{
    size_t length;

    CHECK(GetModuleFileNameW(NULL, path, MAX_PATH - 32));
    *wcsrchr(path, '\\') = 0;
    *wcsrchr(path, '\\') = 0;
    if (image_build)
        swprintf(wcsrchr(path, '\\'), 16, L"\\%hs", image_build);
    length = wcslen(path);
    swprintf(path + length, MAX_PATH - length, L"\\bin\\%hs", name);
}

static void image_read(struct image *image)
{
    const IMAGE_NT_HEADERS32 *headers;
    WCHAR path[MAX_PATH];
    HANDLE file;
    DWORD read;

    image_path(image->name, path);
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    image->size = GetFileSize(file, NULL);
    image->file = malloc(image->size);
    CHECK(image->file && ReadFile(file, image->file, image->size, &read, NULL) && read == image->size);
    CloseHandle(file);
    headers = (const void *)(image->file + ((const IMAGE_DOS_HEADER *)image->file)->e_lfanew);
    CHECK(headers->Signature == IMAGE_NT_SIGNATURE);
    image->header = &headers->FileHeader;
    image->optional = &headers->OptionalHeader;
    image->has_64_bits = image->header->Machine == IMAGE_FILE_MACHINE_AMD64;
    CHECK(image->has_64_bits || image->header->Machine == IMAGE_FILE_MACHINE_I386);
    CHECK(image->optional->Magic
            == (image->has_64_bits ? IMAGE_NT_OPTIONAL_HDR64_MAGIC : IMAGE_NT_OPTIONAL_HDR32_MAGIC));
    image->sections = IMAGE_FIRST_SECTION(headers);
}

int images_read(void **state)
{
    WCHAR path[MAX_PATH];

    (void)state;
    image_path(images[0].name, path);
    if (image_build && GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
    {
        printf("SKIP: %s has not been built beside these\n", image_build);
        exit(77);
    }
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
        image_read(&images[i]);
    return 0;
}

int images_free(void **state)
{
    (void)state;
    for (size_t i = 0; i < IMAGE_COUNT; ++i)
        free(images[i].file);
    return 0;
}

const void *image_at(const struct image *image, DWORD address)
{
    for (WORD i = 0; i < image->header->NumberOfSections; ++i)
    {
        const IMAGE_SECTION_HEADER *section = &image->sections[i];

        if (address >= section->VirtualAddress && address - section->VirtualAddress < section->SizeOfRawData)
            return image->file + section->PointerToRawData + (address - section->VirtualAddress);
    }
    CHECK(!"an address that no section has");
    return NULL;
}

static const IMAGE_OPTIONAL_HEADER64 *optional_64(const struct image *image)
{
    return (const void *)image->optional;
}

uint64_t image_base(const struct image *image)
{
    return image->has_64_bits ? optional_64(image)->ImageBase : image->optional->ImageBase;
}

const IMAGE_DATA_DIRECTORY *image_directory(const struct image *image, unsigned int index)
{
    CHECK(index < IMAGE_NUMBEROF_DIRECTORY_ENTRIES);
    return image->has_64_bits ? &optional_64(image)->DataDirectory[index] : &image->optional->DataDirectory[index];
}
