#include "binaries/image.h"

#include <wchar.h>

struct image images[IMAGE_COUNT] = {{.name = "vmevents.dll"}, {.name = "vmhost.exe"}, {.name = "vmwatch.exe"}};

void image_path(const char *name, WCHAR path[MAX_PATH])
{
    size_t length;

    CHECK(GetModuleFileNameW(NULL, path, MAX_PATH - 32));
    *wcsrchr(path, '\\') = 0;
    *wcsrchr(path, '\\') = 0;
    length = wcslen(path);
    swprintf(path + length, MAX_PATH - length, L"\\bin\\%hs", name);
}

static void image_read(struct image *image)
{
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
    image->headers = (const void *)(image->file + ((const IMAGE_DOS_HEADER *)image->file)->e_lfanew);
    CHECK(image->headers->Signature == IMAGE_NT_SIGNATURE);
    CHECK(image->headers->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR_MAGIC);
    image->sections = IMAGE_FIRST_SECTION(image->headers);
}

int images_read(void **state)
{
    (void)state;
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
    for (WORD i = 0; i < image->headers->FileHeader.NumberOfSections; ++i)
    {
        const IMAGE_SECTION_HEADER *section = &image->sections[i];

        if (address >= section->VirtualAddress && address - section->VirtualAddress < section->SizeOfRawData)
            return image->file + section->PointerToRawData + (address - section->VirtualAddress);
    }
    CHECK(!"an address that no section has");
    return NULL;
}

const IMAGE_DATA_DIRECTORY *image_directory(const struct image *image, unsigned int index)
{
    CHECK(index < image->headers->OptionalHeader.NumberOfRvaAndSizes);
    return &image->headers->OptionalHeader.DataDirectory[index];
}
