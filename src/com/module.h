/* The binary that this code is part of: its handle, and what keeps it in use. */
#ifndef VMEVENTS_COM_MODULE_H
#define VMEVENTS_COM_MODULE_H

#include <windows.h>

extern HINSTANCE module_instance;

/* The channel of the trace for what objects of this binary refuse. */
extern unsigned int module_trace_channel;

/* The source that descriptions of errors name where it is not known which object refuses. */
extern const WCHAR *module_error_source;

/* Called when the last use ends, on the thread that ended it; may be NULL. */
extern void (*module_on_idle)(void);

/* Each object, each lock of the class factory and all work under way has one use, and the module stays loaded while
 * there are any. */
void module_addref(void);
void module_release(void);

LONG module_count_uses(void);
BOOL module_in_use(void);

/*
 * For code of this binary on a thread of the pool: a reference to the library, which the pool gives back behind that code
 * by FreeLibraryWhenCallbackReturns. It is not had by TpSetCallbackRaceWithDll: Wine's pool gives that one back under a
 * lock of its own, for which a thread that ends waits in apartments_thread_exit, and it needs the loader's lock for it,
 * which that thread has. FALSE: not to be had.
 */
BOOL module_library_addref(void);

/* The full path of the module, which the caller frees by memory_free. NULL: out of memory. */
WCHAR *module_path(void);

#endif
