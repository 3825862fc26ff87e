/*
 * An operation of the host's, done again and again while each request for memory on its way is refused in its turn: it
 * has to answer E_OUTOFMEMORY and leave everything as it was, and the next try has to work. The host's objects are in
 * this process, without COM in between. Each try begins with a new host, whose pools are empty, and ends with no memory
 * left.
 */
#ifndef VMEVENTS_TESTS_HOST_OPERATION_H
#define VMEVENTS_TESTS_HOST_OPERATION_H

#include "fuzz/object.h"
#include "vmevents.h"

/* What an operation works with; made anew for each try, with a machine named Alpha. */
struct world
{
    IVMEventHost *host;
    IVMEventMachines *machines;
    IVMEventMachine *machine;
    IConnectionPoint *point;
    struct object client;
    DWORD cookie;
    void *object;
    BSTR text;
    VARIANT speed;
    SAFEARRAY *args;
};

extern struct world world;

enum operation_kind
{
    PLAIN,
    LOSING, /* it may succeed though a client, whose lane has no room, does not hear of it; or a live machine's
             * connection, which is tried again */
    HERE    /* what other threads request meanwhile is not of it */
};

struct operation
{
    const char *name;
    void (*prepare)(void); /* may be NULL */
    HRESULT (*run)(void);
    void (*undo)(void); /* may be NULL */
    enum operation_kind kind;
    LONG requests; /* there are at least so many */
};

/* Strings, made while nothing is refused. */
enum
{
    ALPHA,
    BETA,
    LOGOFF,
    INSERT,
    STATE,
    HEARTBEAT,
    LOGGED,
    ADDRESS,
    OF_BROKER, /* the address of a machine that a broker tells of */
    NAMES
};
extern BSTR names[NAMES];

/* Says which try it is and ends the program when the condition does not hold. */
#define EXPECT(condition) ((condition) ? (void)0 : operation_failed(__FILE__, __LINE__, #condition))
_Noreturn void operation_failed(const char *file, int line, const char *condition);

/* Expects world.object when the operation has succeeded, and only then. Returns hr. */
HRESULT check_object(HRESULT hr);

/* Releases world.object. */
void release_object(void);

/* Does all that, and ends the program when there were fewer requests than the operation says. */
void operation_check(const struct operation *operation);

/* For cmocka: all of them, and what comes before and behind all tests of a program. */
#define OPERATIONS_CHECK(operations)                                                                                   \
    for (size_t i = 0; i < ARRAYSIZE(operations); ++i)                                                                 \
    operation_check(&operations[i])
int operations_set_up(void **state);
int operations_tear_down(void **state);

#endif
