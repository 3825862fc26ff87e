#include "support/process.h"
#include "support/wine_faults.h"

#define TRIES 5

bool process_try(
        WCHAR *command, const WCHAR *directory, DWORD flags, STARTUPINFOW *startup, PROCESS_INFORMATION *process)
{
    BOOL inherit = (startup->dwFlags & STARTF_USESTDHANDLES) != 0;

    for (int tries = 1; !CreateProcessW(NULL, command, NULL, NULL, inherit, flags, NULL, directory, startup, process);
            ++tries)
    {
        if (tries == TRIES || GetLastError() != ERROR_INTERNAL_ERROR || !wine_fails_to_start())
            return false;
    }
    return true;
}
