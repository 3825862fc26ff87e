/*
 * Messages on disk, from before they are published until some minutes after the broker has acknowledged them: a database
 * of SQLite's, which a single process has open.
 *
 * Messages are put in transactions; when spool_commit has returned SPOOL_DONE they are on the disk, and they stay through
 * whatever happens to the process, or to the computer as far as its disk keeps what it has promised to have.
 *
 * Acknowledged ones stay too, so that they can be sent once more: a broker that loses its power may lose what it has
 * acknowledged. How long is counted in slots of SPOOL_SLOT_MS in which the spool is open. The time of day plays no part.
 *
 * What the messages are in all is bounded. Where room has to be made the oldest go, and those among them that were not
 * acknowledged are counted as dropped.
 *
 * No function may be called on two threads at a time.
 */
#ifndef VMEVENTS_FORWARD_SPOOL_H
#define VMEVENTS_FORWARD_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spool_outcome
{
    SPOOL_DONE,
    SPOOL_NOTHING,  /* there is no such message */
    SPOOL_NO_SPACE, /* the disk is full; later it may not be */
    SPOOL_IN_USE,   /* another process has it open */
    SPOOL_DAMAGED,  /* it is no database, or one that has come to harm, or another program's */
    SPOOL_FAILED    /* something else, as when a folder is not there or memory has run out; later it may not be so */
};

#define SPOOL_SLOT_MS 5000
#define SPOOL_IDENTITY_SIZE 17
#define SPOOL_FAULT_SIZE 400

/* What a message counts beside its topic and body, against the bound. */
#define SPOOL_MESSAGE_OVERHEAD 64

struct spool_options
{
    const char *path;     /* in UTF-8; its folder is there */
    uint64_t limit_bytes; /* what all messages may have together */
    uint32_t keep_ms;     /* how long an acknowledged message stays */
    uint32_t repeat_ms;   /* how far spool_repeat goes back; at most keep_ms */
};

/* What the spool gives each message. */
struct spool_place
{
    uint64_t number;   /* from 1 up over all of the spool's life; never given twice */
    uint64_t sequence; /* the same for each machine */
    int64_t machine;
};

struct spool_message
{
    uint64_t number;
    const char *topic, *body;
    size_t body_size;
};

struct spool_counts
{
    uint64_t waiting;       /* messages that are not acknowledged */
    uint64_t waiting_bytes; /* of all messages, the acknowledged ones too */
    uint64_t dropped;       /* in all of the spool's life */
    uint64_t dropped_told;  /* how many of these spool_tell_dropped was told of */
};

struct spool;

/* Opens the spool of that path, or makes it. *unclean: the process that had it last did not close it. On failure *spool is
 * NULL and the fault has a plain sentence without its full stop. */
enum spool_outcome spool_open(
        struct spool **spool, const struct spool_options *options, bool *unclean, char fault[SPOOL_FAULT_SIZE]);

/* What was not committed is lost. NULL is fine. */
void spool_close(struct spool *spool);

/* Of 16 hexadecimal digits, made when the database was. */
const char *spool_identity(const struct spool *spool);

/* What was wrong when a function last did not return SPOOL_DONE or SPOOL_NOTHING: a plain sentence without its full stop. */
const char *spool_fault(const struct spool *spool);

void spool_get_counts(const struct spool *spool, struct spool_counts *counts);

/* A transaction. All of these: SPOOL_NO_SPACE, SPOOL_DAMAGED, SPOOL_FAILED; then only spool_roll_back may follow. */
enum spool_outcome spool_begin(struct spool *spool);
enum spool_outcome spool_give_place(struct spool *spool, const char *machine, struct spool_place *place);
enum spool_outcome spool_put(
        struct spool *spool, const struct spool_place *place, const char *topic, const char *body, size_t body_size);
/* The last state of the machine, with the message for it. An empty body: there is none any more. */
enum spool_outcome spool_put_state(
        struct spool *spool, const struct spool_place *place, const char *topic, const char *body, size_t body_size);
enum spool_outcome spool_acknowledge(struct spool *spool, uint64_t number);
/* So many of the dropped messages somebody will have heard of when this is committed. */
enum spool_outcome spool_tell_dropped(struct spool *spool, uint64_t dropped);
/* Makes room, too. On failure all is rolled back. */
enum spool_outcome spool_commit(struct spool *spool);
void spool_roll_back(struct spool *spool);

/* The first message that waits and has a higher number. It is there until the next call. SPOOL_NOTHING: there is none. */
enum spool_outcome spool_read(struct spool *spool, uint64_t after, struct spool_message *message);

/* The first state whose number is higher; states have the number of the message that they came with. */
enum spool_outcome spool_read_state(struct spool *spool, uint64_t after, struct spool_message *message);

/* What was acknowledged in the last repeat_ms is not, from now on. */
enum spool_outcome spool_repeat(struct spool *spool);

/* To be called now and then: acknowledged messages whose time is over go. elapsed_ms: since spool_open. */
enum spool_outcome spool_expire(struct spool *spool, uint64_t elapsed_ms);

#endif
