/* Where files that tests read are: in the sources, or where they were taken along to another computer. */
#ifndef VMEVENTS_TESTS_TEST_DATA_H
#define VMEVENTS_TESTS_TEST_DATA_H

#include <stdio.h>
#include <stdlib.h>

/* Puts the path of a folder into a buffer: its path in the sources, or the folder of that name in VMEVENTS_TEST_DATA. */
static inline void test_data_folder(char *path, size_t size, const char *in_sources, const char *name)
{
    const char *data = getenv("VMEVENTS_TEST_DATA");

    if (data)
        snprintf(path, size, "%s/%s", data, name);
    else
        snprintf(path, size, "%s", in_sources);
}

#endif
