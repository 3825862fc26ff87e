#include "trace_file.h"

#include "support/test.h"

#include <string.h>

#ifdef _WIN32
#include "support/process.h"

#include <wchar.h>
#else
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    if (!file)
        return NULL;
    CHECK(!fseek(file, 0, SEEK_END) && (size = ftell(file)) >= 0 && !fseek(file, 0, SEEK_SET));
    CHECK((text = calloc(1, (size_t)size + 1)));
    CHECK(fread(text, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    return text;
}

void remove_file(const char *path)
{
    remove(path);
}

#ifdef _WIN32

void set_variable(const char *name, const char *value)
{
    CHECK(SetEnvironmentVariableA(name, value) || (!value && GetLastError() == ERROR_ENVVAR_NOT_FOUND));
}

void *self_start(const char *argument)
{
    WCHAR path[MAX_PATH], command[MAX_PATH + 64];

    CHECK(GetModuleFileNameW(NULL, path, MAX_PATH) < MAX_PATH);
    swprintf(command, sizeof(command) / sizeof(*command), L"\"%ls\" %hs", path, argument);
    return process_start(command, NULL, NULL);
}

void self_join(void *process)
{
    CHECK(process_end(process, INFINITE) == 0);
}

static void *catcher;
static char caught[8192];

/* How OutputDebugString reaches a debugger; Windows 10 asks with the wide text first. */
static LONG CALLBACK catch_debugger(EXCEPTION_POINTERS *pointers)
{
    const EXCEPTION_RECORD *record = pointers->ExceptionRecord;

    if (record->ExceptionCode == DBG_PRINTEXCEPTION_C)
        strncat(caught, (const char *)record->ExceptionInformation[1], sizeof(caught) - strlen(caught) - 1);
    return EXCEPTION_CONTINUE_SEARCH;
}

void catch_begin(void)
{
    caught[0] = 0;
    CHECK((catcher = AddVectoredExceptionHandler(1, catch_debugger)));
}

char *catch_end(void)
{
    RemoveVectoredExceptionHandler(catcher);
    return strdup(caught);
}

void set_last_error(unsigned int error)
{
    SetLastError(error);
}

unsigned int last_error(void)
{
    return GetLastError();
}

#else

extern char **environ;

void set_variable(const char *name, const char *value)
{
    CHECK(!(value ? setenv(name, value, 1) : unsetenv(name)));
}

void *self_start(const char *argument)
{
    char *argv[] = {(char *)"test_platform_trace", (char *)argument, NULL};
    pid_t process;

    CHECK(!posix_spawn(&process, "/proc/self/exe", NULL, NULL, argv, environ));
    return (void *)(intptr_t)process;
}

void self_join(void *process)
{
    int status;

    CHECK(waitpid((pid_t)(intptr_t)process, &status, 0) > 0);
    CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
}

static const char caught_path[] = "platform_trace.caught";
static int standard_error;

void catch_begin(void)
{
    int file = open(caught_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    CHECK(file >= 0 && (standard_error = dup(STDERR_FILENO)) >= 0 && dup2(file, STDERR_FILENO) >= 0);
    close(file);
}

char *catch_end(void)
{
    char *text;

    CHECK(dup2(standard_error, STDERR_FILENO) >= 0);
    close(standard_error);
    text = read_file(caught_path);
    remove_file(caught_path);
    return text;
}

void set_last_error(unsigned int error)
{
    errno = (int)error;
}

unsigned int last_error(void)
{
    return (unsigned int)errno;
}

#endif
