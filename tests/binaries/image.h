/* A shipped binary as a file: its headers and sections, read without loading it. */
#ifndef VMEVENTS_TESTS_IMAGE_H
#define VMEVENTS_TESTS_IMAGE_H

#include "support/test.h"

#include <windows.h>

struct image
{
    const char *name;
    BYTE *file;
    DWORD size;
    const IMAGE_NT_HEADERS *headers;
    const IMAGE_SECTION_HEADER *sections;
};

/* The three that are shipped. */
#define IMAGE_COUNT 3
extern struct image images[IMAGE_COUNT];

/* For a group: reads all of them from bin/ beside the test's own directory. */
int images_read(void **state);
int images_free(void **state);

/* The full path of a file in bin/. */
void image_path(const char *name, WCHAR path[MAX_PATH]);

/* What the file has for that address in the loaded image. */
const void *image_at(const struct image *image, DWORD address);

const IMAGE_DATA_DIRECTORY *image_directory(const struct image *image, unsigned int index);

#endif
