#include "sink/worker.h"

#include <objbase.h>

#include "support/test.h"

struct start
{
    DWORD apartment;
    void (*body)(void *context);
    void *context;
};

static DWORD WINAPI worker_main(void *context)
{
    struct start start = *(struct start *)context;

    free(context);
    if (start.apartment != NO_APARTMENT)
        CHECK(SUCCEEDED(CoInitializeEx(NULL, start.apartment)));
    start.body(start.context);
    if (start.apartment != NO_APARTMENT)
        CoUninitialize();
    return 0;
}

HANDLE worker_start(DWORD apartment, void (*body)(void *context), void *context)
{
    struct start *start = malloc(sizeof(*start));
    HANDLE thread;

    CHECK(start);
    *start = (struct start){apartment, body, context};
    thread = CreateThread(NULL, 0, worker_main, start, 0, NULL);
    CHECK(thread);
    return thread;
}

void worker_join(HANDLE worker)
{
    CHECK(WaitForSingleObject(worker, 240000) == WAIT_OBJECT_0);
    CloseHandle(worker);
}

void worker_run(DWORD apartment, void (*body)(void *context), void *context)
{
    worker_join(worker_start(apartment, body, context));
}

static void enter_and_stay(void *context)
{
    struct start *start = context;

    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)));
    start->body(start->context);
}

void worker_run_and_lose(void (*body)(void *context), void *context)
{
    struct start start = {COINIT_APARTMENTTHREADED, body, context};

    worker_run(NO_APARTMENT, enter_and_stay, &start);
}

BOOL is_single_threaded(void)
{
    APTTYPEQUALIFIER qualifier;
    APTTYPE type;

    return SUCCEEDED(CoGetApartmentType(&type, &qualifier)) && (type == APTTYPE_STA || type == APTTYPE_MAINSTA);
}
