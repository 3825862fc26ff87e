/*
 * An operation of the library, done again and again while each request for memory on its way is refused in its turn:
 * it has to answer E_OUTOFMEMORY and leave everything as it was, and the next try has to work. After each try the
 * library is unloaded, and may hold nothing then.
 */
#ifndef VMEVENTS_TESTS_OPERATION_H
#define VMEVENTS_TESTS_OPERATION_H

#include "memory/refusal.h"
#include "sink/recorder.h"
#include "sink/source.h"

struct world;

enum operation_kind
{
    PLAIN,
    EVENT,  /* it may also succeed while a listener, which cannot keep it, counts it in Dropped or Failed */
    FAILING /* it says S_OK when it has failed for the reason that it should, with or without memory */
};

struct operation
{
    const char *name;
    DWORD apartment;                      /* COINIT_MULTITHREADED or COINIT_APARTMENTTHREADED */
    void (*prepare)(struct world *world); /* may be NULL */
    HRESULT (*run)(struct world *world);
    void (*undo)(struct world *world); /* what run has done when it succeeds, and prepare is left; may be NULL */
    void (*end)(struct world *world);  /* ends what prepare has done; may be NULL */
    enum operation_kind kind;
    LONG requests; /* there are at least so many */
    const struct sample *sample;
};

/* What an operation works with; made anew for each try. */
struct world
{
    const struct operation *operation;
    IVMEventSink *sink;
    IVMEventCallbacks *callbacks;
    struct recorder *recorder;
    struct source *source;
    const struct sample *sample;
    LONG cookie;    /* of Subscribe, Connect, AddCallback, Advise */
    void *object;   /* what the operation returns, released by undo_object */
    void *object2;  /* what prepare needs */
    bool has_proxy; /* of the source: COM keeps what references it has taken until the proxy goes */
};

/* Undoes an operation whose result is world->object. */
void undo_object(struct world *world);

/* Says which try it is and ends the program when the condition does not hold. */
#define EXPECT(condition) ((condition) ? (void)0 : operation_failed(__FILE__, __LINE__, #condition))
_Noreturn void operation_failed(const char *file, int line, const char *condition);

/* Does all that, and fails the test when there were fewer requests than the operation says. */
void operation_check(const struct operation *operation);

/* For cmocka: all of them. */
#define OPERATIONS_CHECK(operations)                                                                                   \
    for (size_t i = 0; i < ARRAYSIZE(operations); ++i)                                                                 \
    operation_check(&operations[i])

#endif
