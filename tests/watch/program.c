#include "program.h"

#include "../host/client.h"
#include "support/process.h"

#include <string.h>
#include <wchar.h>

void program_start(struct program *program, const WCHAR *arguments)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    WCHAR path[MAX_PATH], command[MAX_PATH + 2048];

    memset(program, 0, sizeof(*program));
    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH) < MAX_PATH);
    *wcsrchr(path, '\\') = 0;
    *wcsrchr(path, '\\') = 0;
    swprintf(command, ARRAYSIZE(command), L"\"%ls\\bin\\vmwatch.exe\" %ls", path, arguments);
    assert_true(CreatePipe(&program->output, &startup.hStdOutput, &inherited, 0));
    assert_true(SetHandleInformation(program->output, HANDLE_FLAG_INHERIT, 0));
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    program->process = process_start(command, NULL, &startup);
    CloseHandle(startup.hStdOutput);
}

bool program_read_line(struct program *program, char line[LINE_MAX_LENGTH])
{
    char *end;
    DWORD size;

    while (!(end = memchr(program->buffer, '\n', program->length)))
    {
        assert_true(program->length < sizeof(program->buffer));
        if (!ReadFile(program->output, program->buffer + program->length,
                    (DWORD)(sizeof(program->buffer) - program->length), &size, NULL)
                || !size)
            return false;
        program->length += size;
    }
    assert_true(end - program->buffer < LINE_MAX_LENGTH);
    memcpy(line, program->buffer, end - program->buffer);
    line[end - program->buffer] = 0;
    program->length -= end + 1 - program->buffer;
    memmove(program->buffer, end + 1, program->length);
    return true;
}

bool program_has_output(const struct program *program)
{
    DWORD there = 0;

    return program->length || (PeekNamedPipe(program->output, NULL, 0, NULL, &there, NULL) && there);
}

void program_stop_reading(struct program *program)
{
    CloseHandle(program->output);
    program->output = NULL;
}

DWORD program_end(struct program *program)
{
    DWORD code = process_end(program->process, PATIENCE_MS);

    if (program->output)
        CloseHandle(program->output);
    return code;
}
