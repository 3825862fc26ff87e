/*
 * Mailboxes: how an event reaches code that belongs to an apartment.
 *
 * Every handler (a script function, an advised sink) has a mailbox. The thread that fires an event puts it there
 * and goes on; the handler is called in its apartment, one event after the other, in their order. An
 * event that is fired on the very thread that the handler came from is delivered before the firing returns.
 */
#ifndef VMEVENTS_COM_MAILBOX_H
#define VMEVENTS_COM_MAILBOX_H

#include "com/apartment.h"
#include "event/kept_event.h"

struct mailbox;

/* What a mailbox is for. */
struct mailbox_handler
{
    /* Called with each event, in the apartment. */
    void (*deliver)(struct mailbox_handler *handler, struct kept_event *event);
    /* Called once, in the apartment if it still exists, after the last delivery: lets go of everything. */
    void (*destroy)(struct mailbox_handler *handler);
    /* Called instead when the thread of the apartment has ended without leaving COM, on another thread: lets go of
     * everything but the objects of that apartment, which nobody may call any more. */
    void (*abandon)(struct mailbox_handler *handler);
};

/* How many events a mailbox holds; when one more comes the oldest is lost. */
#define MAILBOX_CAPACITY 65536

enum mailbox_home
{
    MAILBOX_HOME_THREAD, /* events fired on the creating thread are delivered at once */
    MAILBOX_HOME_NONE    /* nobody who fires ever runs the handler */
};

/* Makes a mailbox in the calling thread's apartment. Events that are lost, because the mailbox is full or memory
 * short, are counted in *lost. NULL: out of memory; the handler is left alone. */
struct mailbox *mailbox_create(struct mailbox_handler *handler, enum mailbox_home home, LONG *lost);

/* A listener_notify: puts the event into the mailbox that is the context. */
void CALLBACK mailbox_notify(const VMEVENT *event, void *context);

/* A listener_release: closes the mailbox and drops the list's reference. */
void CALLBACK mailbox_release_listener(void *context);

/* From here on no delivery begins. What waits is dropped. */
void mailbox_close(struct mailbox *mailbox);

void mailbox_addref(struct mailbox *mailbox);
void mailbox_release(struct mailbox *mailbox);

/* Waits until everything that was put in before has been delivered, or the time is up. False: it is up. */
bool mailbox_wait_until_empty(struct mailbox *mailbox, DWORD timeout_ms);

#endif
