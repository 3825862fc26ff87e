/* What people use today, for comparison: each calls a function with a logoff type. */
#ifndef VMEVENTS_BENCH_RIVALS_H
#define VMEVENTS_BENCH_RIVALS_H

#include "vmevents.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void(CALLBACK *rival_callback)(LONG logoff_type, void *context);

/* The smallest Invoke that checks its arguments and calls a function pointer. One object, never freed. */
IDispatch *handwritten_sink(rival_callback callback, void *context);

/* A sink whose Invoke asks the type information, as IDispatchImpl and most C code do. NULL: no type library. */
IDispatch *typeinfo_sink(ITypeLib *library, rival_callback callback, void *context);

/* The least that an IDispatch can do with an event: nothing. One object, never freed. */
IDispatch *echo_dispatch(void);

/* boost::signals2 with that many slots; fires `count` times. */
void *boost_signal(unsigned int slots, rival_callback callback, void *context);
void boost_fire(void *signal, unsigned int count);

#ifdef __cplusplus
}
#endif

#endif
