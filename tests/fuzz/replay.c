/* Hands each file of a directory to a fuzz target: replay DIRECTORY. */
#include <dirent.h>
#include <string.h>

#include "fuzz/target.h"

/* In a block of just that size, so that AddressSanitizer sees whoever reads on. */
static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    long size;

    REQUIRE(file && !fseek(file, 0, SEEK_END) && (size = ftell(file)) >= 0 && !fseek(file, 0, SEEK_SET));
    REQUIRE((data = malloc((size_t)size)) && fread(data, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
}

int main(int argc, char **argv)
{
    unsigned int count = 0;
    struct dirent *entry;
    char path[4096];
    DIR *directory;

    REQUIRE(argc == 2 && (directory = opendir(argv[1])));
    while ((entry = readdir(directory)))
    {
        if (entry->d_name[0] == '.')
            continue;
        REQUIRE(snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name) < (int)sizeof(path));
        /* Known when the target ends the program. */
        fprintf(stderr, "%s\n", entry->d_name);
        replay(path);
        ++count;
    }
    closedir(directory);
    REQUIRE(count);
    printf("%u inputs\n", count);
    return 0;
}
