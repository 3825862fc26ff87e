/*
 * The door for kinds of live machines. A kind is a row of functions and words (struct live_kind); the host never asks
 * which one it has. What a kind has of one machine is its peer. A new kind is a folder, a row in host/live_kinds.c and
 * its library in CMakeLists.txt; docs/architecture.md has the steps. Neither COM nor Windows nor a loop of events is
 * known here.
 *
 * The life of a peer, and who calls what:
 *
 *     create ─▶ open ─▶ log_off … ─▶ close ─▶ closed ─▶ destroy       down: the host calls the kind
 *                  └─▶ state, event, connection, tried or refused,     up: the kind calls the host's callbacks
 *                      logged_off, removed
 *
 * Down: any thread. For one peer open, log_off and close come one at a time, open once and before the others, close
 * once and last; is_same_place, places and is_listed may come at any time before destroy. They wait for nothing and call no callback
 * themselves: what takes time goes on in a thread of the kind's own, and answers by a callback. A kind may hold locks
 * of its own in them. list belongs to no peer, and is the one that waits.
 *
 * Up: any thread of the kind's, but one callback at a time for a peer. The first may come before open has returned.
 * What a callback is given (event, texts) is the kind's, and need last only for the call. All texts are UTF-8. A
 * callback waits for no client and no other callback, and calls nothing of the kind's but in `closed`, from which
 * destroy may be called, as from `found` for the peer that it brings; so a kind may hold locks in the others.
 *
 * The end: every open that has returned true ends by `closed`, which comes after close and never by itself. It is the
 * last callback, and after it the kind does not touch the peer, which destroy may have freed. From close to `closed`
 * callbacks may still come; nobody hears of them. A peer that was never opened, or whose open returned false, is
 * destroyed without close.
 *
 * Memory that runs out: create answers LIVE_CREATE_NO_MEMORY, open false, and what is found later is told by tried or
 * logged_off. A kind that loses an event for want of memory says so by connection; it never ends for that.
 */
#ifndef VMEVENTS_HOST_LIVE_KIND_H
#define VMEVENTS_HOST_LIVE_KIND_H

#include "host/live/live_event.h"

/* How much of a description or a fault is shown, with its NUL. */
#define LIVE_DESCRIPTION_SIZE 256
#define LIVE_FAULT_SIZE 512

/* The longest address that is handed to a kind, without its NUL. */
#define LIVE_ADDRESS_MAX 3071

/* In how many places a peer may be at most. */
#define LIVE_PLACES_MAX 8

/* How long OpenMachine waits for the first try. A kind whose tries may take longer is not waited for. */
#define LIVE_FIRST_TRY_MS 10000

/* How long a kind may take to list machines. */
#define LIVE_LIST_MS 10000

/* A machine that could be opened, in UTF-8. */
struct live_listed
{
    const char *address; /* by which create makes a peer of it, and of no other */
    const char *name;    /* where it is; several may have the same */
    enum vm_state state; /* VM_UNKNOWN: it does not say */
};

enum live_list_result
{
    LIVE_LISTED,
    LIVE_LIST_DENIED, /* whoever the process runs as may not see the machines */
    LIVE_LIST_FAILED,
    LIVE_LIST_NO_MEMORY
};

struct live_peer;

/* What the host hears of a peer. The context is that of open. */
struct live_callbacks
{
    /* Something has happened that clients hear of. */
    void (*event)(void *context, const struct vm_event *event);

    /* The state that the machine was found in, without a change that clients would hear of. */
    void (*state)(void *context, enum vm_state state);

    /* Whether the machine can be reached, and its fault: what is wrong, a plain sentence without its full stop; NULL:
     * nothing is. Both may be: a machine that is reached, and something wrong with a part of it. */
    void (*connection)(void *context, bool connected, const char *fault);

    /* The first try to reach the machine has succeeded or failed; state and connection have been told. Once. has_memory
     * false: there was none to begin, so that no try will be made; the host then closes the peer. */
    void (*tried)(void *context, bool has_memory);

    /* The end of log_off; text: what the guest has said, or NULL. */
    void (*logged_off)(void *context, enum vm_logoff_result result, const char *text);

    /* The end of close. */
    void (*closed)(void *context);

    /* In place of tried: it has been found out that there can be no such machine, and the text says why. OpenMachine
     * fails by that, and the host closes the peer. A kind need not find that out. */
    void (*refused)(void *context, const char *description);

    /* The machine has been deleted where it was, and is none any more. The host removes it, fires that it is deleted,
     * and closes the peer. Nothing that is told behind this is heard. A kind need not find that out. */
    void (*removed)(void *context);

    /* The peer stands for several machines, and there is another, at that address. The host opens it, under that name or not
     * at all; its peer is the host's from now on, as one that create has made, and may be destroyed before this returns. A
     * kind need not find that out. */
    void (*found)(void *context, const char *name, const char *address, struct live_peer *peer);
};

/* What a kind has of one machine: the first member of a struct of the kind's. */
struct live_peer
{
    const struct live_kind *kind;
};

enum live_create_result
{
    LIVE_CREATED,
    LIVE_CREATE_WRONG_ADDRESS, /* the description says what is wrong */
    LIVE_CREATE_NO_MEMORY
};

struct live_kind
{
    /* What its addresses begin with, in small letters, before a colon; and one that is right, for those who have
     * written another. */
    const char *scheme;
    const char *example;

    /* What a guest needs to log off its users, behind "it needs "; NULL: nothing helps. */
    const char *logoff_needs;

    /* How long log_off tries, for those who hear that it was too short. */
    unsigned int logoff_seconds;

    /* Parses the address, which begins with the scheme and a colon, and makes a peer whose `kind` is set. It connects to
     * nothing yet. */
    enum live_create_result (*create)(
            const char *address, struct live_peer **peer, char description[LIVE_DESCRIPTION_SIZE]);

    /* Whether the two, both of this kind, are one machine, of which there can be but one connection. */
    bool (*is_same_place)(const struct live_peer *peer, const struct live_peer *other);

    /* Numbers that tell places apart, one at least: two peers that are one machine have one in common, so that the host asks
     * is_same_place of few. Returns how many. NULL: it asks of all that there are of the kind. */
    unsigned int (*places)(const struct live_peer *peer, uint32_t places[LIVE_PLACES_MAX]);

    /* Where its events come from when another host has fired them, in UTF-8 and good until destroy; it goes with each event
     * as the detail `origin`, by which nobody passes on what has been passed on. NULL, and the function too: they are the
     * machine's own. */
    const char *(*origin)(const struct live_peer *peer);

    /* Begins to reach the machine, and goes on until close. False: out of memory, and no callback comes. */
    bool (*open)(struct live_peer *peer, const struct live_callbacks *callbacks, void *context);

    /* Asks the guest's users to leave. One at a time; ends by logged_off, or by closed without it. */
    void (*log_off)(struct live_peer *peer);

    /* Lets go of the machine, which goes on; ends by closed. */
    void (*close)(struct live_peer *peer);

    /* Frees the peer. No other call is under way. */
    void (*destroy)(struct live_peer *peer);

    /*
     * Calls take, on the calling thread, for each machine of this computer that there is now. Where nothing is that could
     * have some, there is none. Denied and failed: fault says what is wrong, a plain sentence without its full stop, and
     * take was not called. Unlike the others it waits, for LIVE_LIST_MS at most, so that its caller holds no lock; any
     * threads may call it at a time. NULL: the kind knows of no machine but by its address.
     */
    enum live_list_result (*list)(
            void (*take)(void *taker, const struct live_listed *listed), void *taker, char fault[LIVE_FAULT_SIZE]);

    /* Whether the peer is the machine of that address, which list has told. It may be asked until destroy. NULL where list
     * is. */
    bool (*is_listed)(const struct live_peer *peer, const struct live_listed *listed);
};

#endif
