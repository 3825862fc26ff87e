/*
 * COM's threads come and go. A program has no DllMain to hear of their ends; a TLS callback hears the same.
 */
#include "host/threads.h"

#include "com/apartment.h"
#include "com/stand_in.h"
#include "dispatch/readers.h"

static bool ready;

static void NTAPI on_thread_notice(void *instance, DWORD reason, void *reserved)
{
    (void)instance, (void)reserved;
    if (reason != DLL_THREAD_DETACH || !ready)
        return;
    apartments_thread_exit();
    dispatch_thread_exit();
}

/* The linker makes the array of TLS callbacks of the sections of this name, sorted by what follows the dollar. */
__attribute__((section(".CRT$XLB"), used)) static const PIMAGE_TLS_CALLBACK tls_callback = on_thread_notice;

bool threads_init(void)
{
    stand_ins_init();
    stand_ins_stay_in_place();
    return ready = dispatch_init() && apartments_init();
}
