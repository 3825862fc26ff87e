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
    bool has_64_bits; /* of the file, which need not be the test's */
    const IMAGE_FILE_HEADER *header;
    const IMAGE_OPTIONAL_HEADER32 *optional; /* what both bitnesses have at one place */
    const IMAGE_SECTION_HEADER *sections;
};

/* Those that are shipped. */
#define IMAGE_COUNT 5
extern struct image images[IMAGE_COUNT];

/* For a group: reads all of them from bin/ beside the test's own directory, or from that of another build, whose name is
 * given: the program says that it skips and ends when that build is not there. */
extern const char *image_build;
int images_read(void **state);
int images_free(void **state);

/* The full path of a file in bin/. */
void image_path(const char *name, WCHAR path[MAX_PATH]);

/* What the file has for that address in the loaded image. */
const void *image_at(const struct image *image, DWORD address);

uint64_t image_base(const struct image *image);

const IMAGE_DATA_DIRECTORY *image_directory(const struct image *image, unsigned int index);

#endif
