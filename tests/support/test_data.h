/* Where files that tests read are: in the sources, or where they were taken along to another computer. */
#ifndef VMEVENTS_TESTS_TEST_DATA_H
#define VMEVENTS_TESTS_TEST_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

/*
 * Puts the path of a folder of the sources, as "tests/host/qemu/recorded", into a buffer: the folder of its last name in
 * VMEVENTS_TEST_DATA, or else the folder itself, which is looked for from the current one up: builds lie below the sources. A
 * path of this computer in the program would have it differ from the one that is built elsewhere.
 */
static inline void test_data_folder(char *path, size_t size, const char *in_sources)
{
    static const char up[] = "../../../../../../../../";
    const char *data = getenv("VMEVENTS_TEST_DATA");
    struct stat found;

    if (data)
    {
        snprintf(path, size, "%s/%s", data, strrchr(in_sources, '/') + 1);
        return;
    }
    for (size_t length = 0; length < sizeof(up); length += 3)
    {
        snprintf(path, size, "%.*s%s", (int)length, up, in_sources);
        if (!stat(path, &found))
            return;
    }
}

#endif
