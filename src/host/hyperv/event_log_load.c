/* A file of its own, so that tests can have other functions in place of Windows'. */
#include "host/hyperv/event_log.h"

static BOOL find_function(HMODULE module, const char *name, void *function)
{
    FARPROC found = GetProcAddress(module, name);

    memcpy(function, &found, sizeof(found));
    return found != NULL;
}

const struct event_log_functions *event_log_load(void)
{
    static struct event_log_functions functions;
    /* Several threads may load it: they find the same. */
    HMODULE module = LoadLibraryW(L"wevtapi.dll");

    if (!module || !find_function(module, "EvtOpenSession", &functions.open_session)
            || !find_function(module, "EvtSubscribe", &functions.subscribe)
            || !find_function(module, "EvtNext", &functions.next)
            || !find_function(module, "EvtRender", &functions.render)
            || !find_function(module, "EvtCreateBookmark", &functions.create_bookmark)
            || !find_function(module, "EvtUpdateBookmark", &functions.update_bookmark)
            || !find_function(module, "EvtClose", &functions.close))
        return NULL;
    return &functions;
}
